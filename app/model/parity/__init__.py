"""Parity vectors: pictures and what the model's input and answer must be, in every language."""
