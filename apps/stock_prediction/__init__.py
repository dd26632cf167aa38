"""Stock prediction: a table of bars in, dated price quantiles out, with the truth about how good they are."""
