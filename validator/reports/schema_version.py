"""The version of the JSON output of the commands."""

# It is increased if a key is removed or changes its meaning, but not for a new key.
SCHEMA_VERSION = 1
