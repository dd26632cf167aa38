"""Reading sentence pairs, SentencePiece in the graph, batches by length."""
