"""Copies logical types of a Parquet file that polars reads as bytes or text into the footer of the output.

The footer is Thrift's compact protocol (https://github.com/apache/thrift/blob/master/doc/specs/
thrift-compact-protocol.md) around the structures of
https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift. Encoded values are copied
unchanged: only the schema's elements are decoded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, BinaryIO

from msgspec import Struct, field

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_MAGIC = b"PAR1"
_TRAILER_BYTES = 8  # the footer's length, and the magic word
_HELD_BYTES = 16 << 20  # far more than any footer: the footer for ten million rows has 100 kB
# Types of the protocol, and fields of a `SchemaElement` and of the `FileMetaData`.
_TRUE, _FALSE, _BYTE, _DOUBLE, _BINARY, _LIST, _SET, _MAP, _STRUCT = 1, 2, 3, 7, 8, 9, 10, 11, 12
_INTEGERS = (4, 5, 6)
_SIZES = {_TRUE: 1, _FALSE: 1, _BYTE: 1, _DOUBLE: 8}  # in bytes; a boolean field of a struct is in its type
_LONG_LIST = 15
_SCHEMA = 2
_TYPE, _LENGTH, _NAME, _CHILDREN, _CONVERTED, _LOGICAL = 1, 2, 4, 5, 6, 10
# The type of text: a struct in field 1, or in the older form the number 0.
_STRING, _UTF8 = b"\x1c\x00\x00", b"\x00"
_FIXED_LENGTH = 7  # the physical type FIXED_LEN_BYTE_ARRAY

Element = dict[int, tuple[int, bytes]]
"""The fields of a schema's element, by id: the type in the protocol and the encoded value."""


class LogicalType(Struct, frozen=True):
    """The logical type of a column of bytes.

    Attributes:
        fields: the fields of its schema element that define it.
        length: the length of each value in bytes if it is fixed, else 0.
    """

    fields: Element
    length: int

    @property
    def is_text(self) -> bool:
        """Whether it is plain text: STRING, or UTF8 in the older form, or no type."""
        logical, converted = self.fields.get(_LOGICAL), self.fields.get(_CONVERTED)
        return logical[1] == _STRING if logical else converted is None or converted[1] == _UTF8


def logical_types_of(path: Path) -> dict[str, LogicalType]:
    """Return the logical types of a Parquet file's columns by their names, nested columns left out.

    Empty for an invalid footer: reading the rows will report that.
    """
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - _TRAILER_BYTES))
        length = int.from_bytes(file.read(4), "little")
        file.seek(max(0, size - _TRAILER_BYTES - length))
        footer = file.read(length)
    try:
        _, _, elements = _schema_of(footer)
        return {_name(element): _logical(element) for element in _top_level(elements)}
    except (IndexError, KeyError, ValueError):
        return {}


def with_types(footer: bytes, types: Mapping[str, LogicalType]) -> bytes:
    """Return a footer in which the columns in `types` have these logical types."""
    start, end, elements = _schema_of(footer)
    top = {id(element) for element in _top_level(elements)}
    changed = [
        {**element, **types[_name(element)].fields}
        if id(element) in top and _name(element) in types
        else element
        for element in elements
    ]
    header = bytes([_LONG_LIST << 4 | _STRUCT]) + _varint(len(changed))
    return footer[:start] + header + b"".join(map(_encoded, changed)) + footer[end:]


class FooterStream(Struct):
    """A stream that forwards a Parquet file, and adds logical types to its footer at the end."""

    out: BinaryIO
    types: Mapping[str, LogicalType]
    held: bytearray = field(default_factory=bytearray)

    def write(self, data: Any) -> int:
        """Take a part of the file, and hold back the last bytes."""
        self.held += data
        if len(self.held) > 2 * _HELD_BYTES:
            self.out.write(self.held[:-_HELD_BYTES])
            del self.held[:-_HELD_BYTES]
        return len(memoryview(data).cast("B"))

    def flush(self) -> None:
        """Do nothing: `finish` writes the bytes that are held back."""

    def finish(self) -> None:
        """Write the rest."""
        length = int.from_bytes(self.held[-_TRAILER_BYTES:-4], "little")
        start = len(self.held) - _TRAILER_BYTES - length
        footer = with_types(bytes(self.held[start:-_TRAILER_BYTES]), self.types)
        self.out.write(self.held[:start] + footer + len(footer).to_bytes(4, "little") + _MAGIC)


def _name(element: Element) -> str:
    _, at = _read_varint(element[_NAME][1], 0)
    return element[_NAME][1][at:].decode(errors="replace")


def _number(element: Element, key: int) -> int:
    if key not in element:
        return 0
    value, _ = _read_varint(element[key][1], 0)
    return value >> 1  # zigzag; none of these is negative


def _logical(element: Element) -> LogicalType:
    fields = {key: element[key] for key in (_CONVERTED, _LOGICAL) if key in element}
    length = _number(element, _LENGTH) if _number(element, _TYPE) == _FIXED_LENGTH else 0
    return LogicalType(fields, length)


def _top_level(elements: list[Element]) -> Iterator[Element]:
    """Yield the columns of a schema that are not groups."""
    at = 1
    while at < len(elements):
        following = _behind(elements, at)
        if following == at + 1 and not _number(elements[at], _CHILDREN):
            yield elements[at]
        at = following


def _behind(elements: list[Element], at: int) -> int:
    following = at + 1
    for _ in range(_number(elements[at], _CHILDREN)):
        following = _behind(elements, following)
    return following


def _schema_of(footer: bytes) -> tuple[int, int, list[Element]]:
    """Return the start and the end of the list of schema elements in a footer, and the elements."""
    for key, kind, start, end in _fields(footer, 0):
        if key == _SCHEMA and kind == _LIST:
            count, _, at = _list_header(footer, start)
            elements: list[Element] = []
            for _ in range(count):
                spans = list(_fields(footer, at))
                elements.append({key: (kind, footer[a:b]) for key, kind, a, b in spans})
                at = (spans[-1][3] if spans else at) + 1
            return start, end, elements
    raise ValueError("a footer without a schema")


def _fields(data: bytes, at: int) -> Iterator[tuple[int, int, int, int]]:
    """Yield the fields of a struct: id, type, and the start and the end of the value."""
    key = 0
    while data[at]:
        kind, delta = data[at] & 15, data[at] >> 4
        at += 1
        if delta:
            key += delta
        else:
            raw, at = _read_varint(data, at)
            key = raw >> 1
        end = _skip(data, at, kind, in_struct=True)
        yield key, kind, at, end
        at = end


def _skip(data: bytes, at: int, kind: int, *, in_struct: bool) -> int:
    """Return the offset after a value."""
    if kind in _SIZES:
        return at + _SIZES[kind] * (not in_struct or kind not in (_TRUE, _FALSE))
    if kind in _INTEGERS:
        return _read_varint(data, at)[1]
    if kind == _BINARY:
        length, at = _read_varint(data, at)
        return at + length
    if kind == _STRUCT:
        for *_, end in _fields(data, at):
            at = end
        return at + 1
    return _skip_many(data, at, kind)


def _skip_many(data: bytes, at: int, kind: int) -> int:
    if kind == _MAP:
        count, at = _read_varint(data, at)
        kinds = [data[at] >> 4, data[at] & 15] if count else []
        at += bool(count)
    else:
        count, inner, at = _list_header(data, at)
        kinds = [inner]
    for _ in range(count):
        for one in kinds:
            at = _skip(data, at, one, in_struct=False)
    return at


def _list_header(data: bytes, at: int) -> tuple[int, int, int]:
    """Return the count of a list's elements, their type, and the offset of the first."""
    count, kind, at = data[at] >> 4, data[at] & 15, at + 1
    if count == _LONG_LIST:
        count, at = _read_varint(data, at)
    return count, kind, at


def _encoded(element: Element) -> bytes:
    parts, last = [], 0
    for key, (kind, value) in sorted(element.items()):
        parts.append(bytes([(key - last) << 4 | kind]) + value)
        last = key
    return b"".join(parts) + b"\0"


def _read_varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:  # noqa: PLR2004 - the bit that says more bytes follow
            return value, at


def _varint(value: int) -> bytes:
    parts = []
    while value >= 0x80:  # noqa: PLR2004 - as above
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*parts, value])
