"""What the tests of several modules need; in no image."""
