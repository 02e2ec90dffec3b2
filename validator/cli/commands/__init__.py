"""The commands, one file each. `validator.cli` imports a command when it is used."""
