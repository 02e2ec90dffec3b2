"""Bulk pre-validation of WhatsApp recipients through SendAPI."""
