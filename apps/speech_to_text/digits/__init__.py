"""Connected digits, assembled from the prompts of a telephone exchange."""
