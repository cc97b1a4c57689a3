"""The model: its file format, how it is made, and the proof that two languages agree on it."""
