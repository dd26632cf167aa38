"""Speech to text: from recordings to words with times."""
