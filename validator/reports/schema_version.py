"""The version of what the commands print as JSON."""

# Goes up when a key changes its meaning or goes away; a new key leaves it alone.
SCHEMA_VERSION = 1
