"""Settings files, variables of the environment, keys and profiles."""
