"""Development only: drawn pictures, embeddings, fitting a head, measuring it."""
