"""The version, which the package is built with: reading it from what is installed costs a start 30 ms."""

__version__ = "0.2.0"
