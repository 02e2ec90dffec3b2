"""Short stretches from the whole length of a delimited file, for a sample without reading it all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from validator.tables.files.compression import is_compressed, unpacked
from validator.tables.files.os_errors import reading

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from validator.tables.delimited.encoding import Encoding
    from validator.tables.delimited.records import Syntax

WINDOW_BYTES = 64 << 10
_WINDOWS = 16
_SHORT_BYTES = _WINDOWS * WINDOW_BYTES
_UNIT_BYTES = 4  # the widest code unit (UTF-32); a window that begins at a multiple splits no unit


def is_short(path: Path) -> bool:
    """Return whether `path` has so little text that a sample can read it all."""
    if not is_compressed(path):
        return path.stat().st_size <= _SHORT_BYTES
    with unpacked(path) as file:
        return len(file.read(_SHORT_BYTES + 1)) <= _SHORT_BYTES


def window_texts(path: Path, encoding: Encoding, syntax: Syntax) -> Iterator[bytes]:
    """Yield about `_WINDOWS` stretches of `path` as UTF-8, each beginning after a line end.

    A stretch that begins inside a quoted cell may give wrong rows; these usually have a wrong width.
    """
    stretches = _unpacked_stretches(path) if is_compressed(path) else _stretches(path, len(encoding.bom))
    for stretch in stretches:
        text = stretch.decode(encoding.codec, "ignore").encode()
        yield text[text.find(syntax.line_end) + 1 :]


def _stretches(path: Path, start: int) -> Iterator[bytes]:
    with reading(path), path.open("rb") as file:
        size = path.stat().st_size - start
        for place in range(_WINDOWS):
            offset = (size - WINDOW_BYTES) * place // (_WINDOWS - 1) // _UNIT_BYTES * _UNIT_BYTES
            file.seek(start + offset)
            yield file.read(WINDOW_BYTES)


def _unpacked_stretches(path: Path) -> list[bytes]:
    """Read a whole compressed file, since there is no other way to its end, and keep some stretches.

    The stretches have equal distances: when there are twice as many as wanted, every second one is dropped,
    and from then on only every second one is kept.
    """
    kept: list[bytes] = []
    step = 1
    with unpacked(path) as file:
        for place, stretch in enumerate(iter(lambda: file.read(WINDOW_BYTES), b"")):
            if place % step == 0:
                kept.append(stretch)
            if len(kept) == 2 * _WINDOWS:
                kept, step = kept[::2], 2 * step
    return kept
