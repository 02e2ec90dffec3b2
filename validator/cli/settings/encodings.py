"""Text of small files that people write: a key, settings."""

from __future__ import annotations

import codecs


def decoded(content: bytes) -> str:
    """Return text in UTF-8, which Notepad begins with a mark, or in UTF-16 with one, as PowerShell writes it.

    Raises:
        UnicodeDecodeError: it is in neither.
    """
    is_utf_16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return content.decode("utf-16" if is_utf_16 else "utf-8-sig")
