"""An Arrow schema with metadata, which polars accepts for a Parquet file but cannot create.

Readers of Parquet that use Arrow (pyarrow, and pandas for its index) look for a table's metadata in the Arrow
schema of the footer. polars puts it beside that schema, where they do not find it. The structure is that of
https://arrow.apache.org/docs/format/CDataInterface.html. If a column is nested or a dictionary, polars 2.1
still leaves the metadata out of the schema.
"""

from __future__ import annotations

import ctypes
import struct
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import polars as pl

# Text and bytes as views, which polars exports, and the types that the oldest readers support.
_OLDER_FORMATS = {b"vu": b"U", b"vz": b"Z"}


class _ArrowSchema(ctypes.Structure):
    pass


_ArrowSchema._fields_ = [
    ("format", ctypes.c_char_p),
    ("name", ctypes.c_char_p),
    ("metadata", ctypes.c_void_p),
    ("flags", ctypes.c_int64),
    ("n_children", ctypes.c_int64),
    ("children", ctypes.POINTER(ctypes.POINTER(_ArrowSchema))),
    ("dictionary", ctypes.POINTER(_ArrowSchema)),
    ("release", ctypes.c_void_p),
    ("private_data", ctypes.c_void_p),
]

_pointer_in = ctypes.pythonapi.PyCapsule_GetPointer
_pointer_in.restype = ctypes.c_void_p
_pointer_in.argtypes = [ctypes.py_object, ctypes.c_char_p]


class DescribedSchema:
    """A schema with key-value pairs, to export as Arrow; it has to live as long as the exported schema.

    Args:
        schema: the columns.
        metadata: the pairs.
        lengths: the length of the values, for columns of bytes with a fixed length.
    """

    def __init__(
        self, schema: pl.Schema, metadata: Mapping[str, str], lengths: Mapping[str, int] | None = None
    ) -> None:
        self._schema = schema
        self._fixed = {name.encode(): b"w:%d" % length for name, length in (lengths or {}).items()}
        self._metadata = ctypes.create_string_buffer(_encoded(metadata))

    def __arrow_c_schema__(self) -> Any:
        """Return a capsule with the schema; its new owner releases the memory."""
        capsule: Any = self._schema.__arrow_c_schema__()
        exported = _ArrowSchema.from_address(_pointer_in(capsule, b"arrow_schema"))
        exported.metadata = ctypes.addressof(self._metadata)
        for field in _fields_of(exported):
            field.format = _OLDER_FORMATS.get(field.format, field.format)
        for place in range(exported.n_children):
            column = exported.children[place].contents
            column.format = self._fixed.get(column.name, column.format)
        return capsule


def _encoded(metadata: Mapping[str, str]) -> bytes:
    """Return the pairs in the format of the interface: each text after its length, in native byte order."""
    texts = [text.encode() for pair in metadata.items() for text in pair]
    return struct.pack("=i", len(metadata)) + b"".join(struct.pack("=i", len(text)) + text for text in texts)


def _fields_of(schema: _ArrowSchema) -> Iterator[_ArrowSchema]:
    for place in range(schema.n_children):
        field = schema.children[place].contents
        yield field
        yield from _fields_of(field)
