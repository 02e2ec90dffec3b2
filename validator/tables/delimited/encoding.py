"""The encoding of a text file, detected from its bytes, and the file as a stream of UTF-8."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING

from msgspec import Struct

from validator.errors import FileError
from validator.tables.files.compression import unpacked

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BLOCK_BYTES = 4 << 20  # measured: 4 to 16 MiB take the same time, and memory grows with it
_HEAD_BYTES = 64 << 10
_LOOK_BYTES = 256 << 10  # fits into a processor's cache; larger blocks take twice as long
_SAMPLE_BYTES = 16 << 10  # the bytes from which a code page is detected
_ASCII_BYTES = bytes(range(0x80))


class Encoding(Struct, frozen=True):
    """How text is encoded in a file.

    Attributes:
        codec: the Python codec of the text after the byte order mark.
        bom: the byte order mark at the beginning of the file; empty if it has none.
    """

    codec: str = "utf-8"
    bom: bytes = b""


# UTF-32 comes before UTF-16: the little-endian mark of UTF-16 is the beginning of that of UTF-32.
_MARKED = (
    Encoding("utf-8", codecs.BOM_UTF8),
    Encoding("utf-32-le", codecs.BOM_UTF32_LE),
    Encoding("utf-32-be", codecs.BOM_UTF32_BE),
    Encoding("utf-16-le", codecs.BOM_UTF16_LE),
    Encoding("utf-16-be", codecs.BOM_UTF16_BE),
)
_DOS_END = b"\x1a"

_SIGNATURES = {
    b"\x1f\x8b": "compressed twice; unpack it once",
    b"\x28\xb5\x2f\xfd": "compressed twice; unpack it once",
    b"BZh": "compressed with bzip2; unpack it first, or use gzip or zstd",
    b"\xfd7zXZ": "compressed with xz; unpack it first, or use gzip or zstd",
    b"SQLite format 3": "an SQLite database; export the table as CSV",
    b"%PDF": "a PDF; export the list as CSV",
    b"{\\rtf": "a document in Rich Text Format; save it as plain text or CSV",
}
_TEXT_CONTROLS = frozenset(b"\t\n\v\f\r\x1a\x1b")
_CONTROLS = bytes({*range(1, 0x20), 0x7F} - _TEXT_CONTROLS)  # NUL has its own message
# The largest share of control characters. Text has none; about a tenth of compressed or executable bytes are.
_BINARY_SHARE = 0.02


def find_encoding(path: Path, asked: str | None = None) -> Encoding:
    """Return the encoding of `path`, after decoding the whole file once.

    A byte order mark decides, or else the zero bytes of UTF-16. Then strict UTF-8 is tried, then the code
    page in which the letters make words, and at last Windows-1252 and Latin-1.

    Args:
        path: the file.
        asked: the name of its encoding; None to detect it.

    Raises:
        FileError: the file cannot be read, is empty, is not text, or has a byte that is not valid in the
            encoding of its mark or in `asked`.
    """
    with unpacked(path) as file:
        head = file.read(_HEAD_BYTES)
    encoding = _announced(head)
    _refuse_other_kinds(path, head, encoding)
    if asked is not None:
        return _asked_for(path, asked, encoding)
    if encoding is None:
        return _unannounced(path, head)
    if line := _misfit(path, encoding):
        name = encoding.codec.upper()
        raise FileError(f"line {line} of {path} is not {name}, as the file begins; save it again as UTF-8.")
    return encoding


def _asked_for(path: Path, name: str, announced: Encoding | None) -> Encoding:
    codec = codecs.lookup(known_encoding(name)).name
    marked = announced if announced and announced.codec.startswith(codec.removesuffix("-sig")) else None
    encoding = marked or Encoding({"utf-16": "utf-16-le", "utf-32": "utf-32-le"}.get(codec, codec))
    if line := _misfit(path, encoding):
        raise FileError(f"line {line} of {path} is not {name}; leave out --encoding, or name another one.")
    return encoding


def known_encoding(name: str) -> str:
    """Return the name of a text encoding; `FileError` if Python does not have it."""
    try:
        "a".encode(name)
    except (LookupError, ValueError) as error:
        raise FileError(
            f"there is no encoding {name!r}; --encoding takes names such as cp1251, gb18030 or shift_jis."
        ) from error
    return name


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
    """In UTF-16 the high byte of digits and delimiters is zero, whatever the script of other text is."""
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
    from validator.tables.delimited.code_pages import candidates  # noqa: PLC0415 - most lists are in UTF-8

    likely = map(Encoding, candidates(_sample(path)))
    return next(encoding for encoding in likely if _misfit(path, encoding) is None)


def _sample(path: Path) -> bytes:
    """Return lines with letters beyond ASCII, including the first ones, to detect the code page."""
    with unpacked(path) as file:
        head = file.read(_HEAD_BYTES)
        block = head
        while block.isascii() and (following := file.read(BLOCK_BYTES)):
            block = following
    first = len(block) - len(block.lstrip(_ASCII_BYTES))
    start = block.rfind(b"\n", 0, first) + 1
    further = b"" if block is head and first < _SAMPLE_BYTES // 2 else block[start : start + _SAMPLE_BYTES]
    lines = (_whole_lines(head[:_SAMPLE_BYTES]) + _whole_lines(further)).splitlines(keepends=True)
    return b"".join(line for line in lines if not line.isascii())


def _whole_lines(text: bytes) -> bytes:
    """Return a text up to its last line end, if it has one: its end may split a letter."""
    return text[: text.rfind(b"\n") + 1] if len(text) >= _SAMPLE_BYTES else text


def _refuse_other_kinds(path: Path, head: bytes, encoding: Encoding | None) -> None:
    bom = encoding.bom if encoding else b""
    if not head[len(bom) :].strip():
        raise FileError(f"{path} is empty; export the list again.")
    for signature, what in _SIGNATURES.items():
        if head.startswith(signature):
            raise FileError(f"{path} is {what}.")


def _misfit(path: Path, encoding: Encoding) -> int | None:
    """Return the first line that `encoding` cannot read, or None if it reads the whole file."""
    if _is_sound(path, encoding):
        return None
    line = 1
    try:
        for text in _text_blocks(path, encoding, BLOCK_BYTES):
            _refuse_zero(path, text, line)
            line += text.count("\n")
    except UnicodeDecodeError as error:
        return line + error.object[: error.start].decode(encoding.codec, "ignore").count("\n")
    return None


def _is_sound(path: Path, encoding: Encoding) -> bool:
    """Return whether `encoding` reads the whole file and nothing in it is a NUL; lines are not counted."""
    decoder = codecs.getincrementaldecoder(encoding.codec)()
    try:
        for block in _raw_blocks(path, encoding, _LOOK_BYTES):
            is_ascii = encoding.codec == "utf-8" and block.isascii() and not decoder.getstate()[0]
            has_zero = b"\0" in block if is_ascii else "\0" in decoder.decode(block)
            if has_zero:
                return False
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


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
    """Yield the bytes after the mark, without the Ctrl-Z that DOS programs write at the end."""
    end = b"" if encoding.codec.startswith(("utf-16", "utf-32")) else _DOS_END
    with unpacked(path) as file:
        file.read(len(encoding.bom))
        while block := file.read(block_bytes):
            while end and block.endswith(end) and (following := file.read(block_bytes)):
                block += following
            if text := block.rstrip(end) if end else block:
                yield text
