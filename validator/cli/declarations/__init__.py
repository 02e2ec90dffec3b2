"""The arguments, options, help text and examples of each command; `commands/` has the work."""
