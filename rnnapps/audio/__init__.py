"""Recordings as arrays, and features of them in the graph."""
