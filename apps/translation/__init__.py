"""Translation: sentence pairs in, a SavedModel that takes text and gives text out."""
