"""A run over a list as a command makes it, and how it ends."""
