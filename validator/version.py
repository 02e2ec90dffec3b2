"""The version of the package, as a constant: to read it from the installed metadata takes 30 ms."""

__version__ = "0.2.0"
