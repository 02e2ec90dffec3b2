"""The options that commands share, and the values that they take."""
