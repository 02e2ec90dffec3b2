"""Bulk pre-validation of WhatsApp recipients through SendAPI."""

from importlib.metadata import version

__version__ = version("recipient-validator")
