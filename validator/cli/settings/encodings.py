"""Decodes small files that users write: keys and settings."""

from __future__ import annotations

import codecs


def decoded(content: bytes) -> str:
    """Return the text of bytes in UTF-8, or in UTF-16 with a byte order mark.

    Notepad writes UTF-8 with a byte order mark, and PowerShell writes UTF-16.

    Raises:
        UnicodeDecodeError: the bytes are in neither encoding.
    """
    is_utf_16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return content.decode("utf-16" if is_utf_16 else "utf-8-sig")
