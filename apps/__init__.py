"""Applications: each folder reads config, data, model, train, evaluate, export."""
