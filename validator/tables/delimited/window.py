"""Short stretches from the whole length of a delimited file, for a sample that need not read it all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from validator.tables.refusals import reading

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from validator.tables.delimited.encoding import Encoding
    from validator.tables.delimited.records import Syntax

WINDOW_BYTES = 64 << 10
_WINDOWS = 16
_UNIT_BYTES = 4  # the widest code unit (UTF-32); a window that begins at a multiple cuts none


def window_texts(path: Path, encoding: Encoding, syntax: Syntax) -> Iterator[bytes]:
    """Yield `_WINDOWS` stretches of `path` as UTF-8, each beginning after a line end.

    A stretch that begins inside a quoted cell may read as nonsense; rows of the wrong width tell.
    """
    with reading(path), path.open("rb") as file:
        size = path.stat().st_size - len(encoding.bom)
        for place in range(_WINDOWS):
            offset = (size - WINDOW_BYTES) * place // (_WINDOWS - 1) // _UNIT_BYTES * _UNIT_BYTES
            file.seek(len(encoding.bom) + offset)
            text = file.read(WINDOW_BYTES).decode(encoding.codec, "ignore").encode()
            yield text[text.find(syntax.line_end) + 1 :]
