"""What each command is called with and says of itself; `commands/` has what it does."""
