"""The encoding of a text file, found from its bytes, and the file as a stream of UTF-8."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from typing import TYPE_CHECKING

from validator.errors import FileError
from validator.tables.files.compression import unpacked

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BLOCK_BYTES = 4 << 20  # measured: 4 to 16 MiB take the same time, and memory grows with it
_HEAD_BYTES = 64 << 10


@dataclass(frozen=True, slots=True)
class Encoding:
    """How text stands in a file.

    Attributes:
        codec: the Python codec of the text after the mark.
        bom: the byte order mark the file begins with; empty where it has none.
    """

    codec: str = "utf-8"
    bom: bytes = b""


# UTF-32 stands before UTF-16, whose little-endian mark is the beginning of its own.
_MARKED = (
    Encoding("utf-8", codecs.BOM_UTF8),
    Encoding("utf-32-le", codecs.BOM_UTF32_LE),
    Encoding("utf-32-be", codecs.BOM_UTF32_BE),
    Encoding("utf-16-le", codecs.BOM_UTF16_LE),
    Encoding("utf-16-be", codecs.BOM_UTF16_BE),
)
# Windows-1252 has no letter for 0x81, 0x8D, 0x8F, 0x90 and 0x9D, so a file with one of them fails it and is
# Latin-1, which takes any byte. Either way every byte is written back as it came.
_SINGLE_BYTE = (Encoding("cp1252"), Encoding("latin-1"))

_SIGNATURES = {
    b"PK\x03\x04": "an Excel workbook, whose name ends in .xlsx, or another archive; unpack it",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook; save the sheet as CSV (UTF-8)",
    b"PAR1": "a Parquet file; let its name end in .parquet",
    b"\x1f\x8b": "compressed twice; unpack it once",
    b"\x28\xb5\x2f\xfd": "compressed twice; unpack it once",
    b"BZh": "compressed with bzip2; unpack it first, or use gzip or zstd",
    b"\xfd7zXZ": "compressed with xz; unpack it first, or use gzip or zstd",
    b"SQLite format 3": "an SQLite database; export the table as CSV",
    b"%PDF": "a PDF; export the list as CSV",
}
_TEXT_CONTROLS = frozenset(b"\t\n\v\f\r\x1a\x1b")
_CONTROLS = bytes({*range(1, 0x20), 0x7F} - _TEXT_CONTROLS)  # NUL has a message of its own
_BINARY_SHARE = (
    0.02  # of control characters: text has none; compressed or executable bytes have about a tenth
)


def find_encoding(path: Path) -> Encoding:
    """Return the encoding of `path`, having decoded the whole of it once.

    A byte order mark decides; without one the zero bytes of UTF-16 do; then strict UTF-8, Windows-1252 and
    Latin-1 are tried in this order.

    Raises:
        FileError: the file cannot be read, is empty, is not text, or has a byte its own mark rules out.
    """
    with unpacked(path) as file:
        head = file.read(_HEAD_BYTES)
    encoding = _announced(head)
    _refuse_other_kinds(path, head, encoding)
    if encoding is None:
        return _unannounced(path, head)
    if line := _misfit(path, encoding):
        name = encoding.codec.upper()
        raise FileError(f"line {line} of {path} is not {name}, as the file begins; save it again as UTF-8.")
    return encoding


def utf8_blocks(path: Path, encoding: Encoding, *, block_bytes: int = BLOCK_BYTES) -> Iterator[bytes]:
    """Yield the text of `path` as UTF-8 without a byte order mark, in blocks of about `block_bytes`."""
    if encoding.codec == "utf-8":
        yield from _raw_blocks(path, encoding, block_bytes)
    else:
        yield from (text.encode() for text in _text_blocks(path, encoding, block_bytes) if text)


def _announced(head: bytes) -> Encoding | None:
    for encoding in _MARKED:
        if head.startswith(encoding.bom):
            return encoding
    return _utf16_by_zeros(head)


def _utf16_by_zeros(head: bytes) -> Encoding | None:
    """Digits and delimiters have a zero for their high byte, whatever the script of the rest is."""
    first, second = head[::2].count(0), head[1::2].count(0)
    many = len(head) // 10
    if second > many and second > 10 * first:
        return Encoding("utf-16-le")
    if first > many and first > 10 * second:
        return Encoding("utf-16-be")
    return None


def _unannounced(path: Path, head: bytes) -> Encoding:
    if _misfit(path, Encoding()) is None:
        return Encoding()
    controls = len(head) - len(head.translate(None, _CONTROLS))
    if controls > _BINARY_SHARE * len(head):
        raise FileError(f"{path} is a binary file, not text; export the list as CSV.")
    return next(encoding for encoding in _SINGLE_BYTE if _misfit(path, encoding) is None)


def _refuse_other_kinds(path: Path, head: bytes, encoding: Encoding | None) -> None:
    bom = encoding.bom if encoding else b""
    if not head[len(bom) :].strip():
        raise FileError(f"{path} is empty; export the list again.")
    for signature, what in _SIGNATURES.items():
        if head.startswith(signature):
            raise FileError(f"{path} is {what}.")


def _misfit(path: Path, encoding: Encoding) -> int | None:
    """Return the first line that `encoding` cannot read, or None where it reads the whole file."""
    line = 1
    try:
        for text in _text_blocks(path, encoding, BLOCK_BYTES):
            _refuse_zero(path, text, line)
            line += text.count("\n")
    except UnicodeDecodeError as error:
        return line + error.object[: error.start].decode(encoding.codec, "ignore").count("\n")
    return None


def _refuse_zero(path: Path, text: str, line: int) -> None:
    if (at := text.find("\0")) >= 0:
        line += text.count("\n", 0, at)
        raise FileError(
            f"line {line} of {path} has a NUL byte: the file is damaged or binary; export it again."
        )


def _text_blocks(path: Path, encoding: Encoding, block_bytes: int) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding.codec)()
    for block in _raw_blocks(path, encoding, block_bytes):
        yield decoder.decode(block)
    yield decoder.decode(b"", final=True)


def _raw_blocks(path: Path, encoding: Encoding, block_bytes: int) -> Iterator[bytes]:
    with unpacked(path) as file:
        file.read(len(encoding.bom))
        while block := file.read(block_bytes):
            yield block
