"""An Arrow schema with metadata in it, as polars takes it for a Parquet file but cannot make it.

Readers of Parquet that know Arrow (pyarrow, and pandas through it, for its index) look for a table's metadata
in the Arrow schema of the footer; beside that, where polars puts it by itself, they do not see it. The
structure is that of https://arrow.apache.org/docs/format/CDataInterface.html. Where a column is nested or a
dictionary, polars 2.1 leaves the metadata out of the schema all the same.
"""

from __future__ import annotations

import ctypes
import struct
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import polars as pl

# Text and bytes as views, which polars exports, and in the types that readers have known longest.
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
    """A schema with key-value pairs, to be exported as Arrow; has to live as long as what was exported.

    Args:
        schema: the columns.
        metadata: the pairs.
        lengths: of columns of bytes whose values all have the same length.
    """

    def __init__(
        self, schema: pl.Schema, metadata: Mapping[str, str], lengths: Mapping[str, int] | None = None
    ) -> None:
        self._schema = schema
        self._fixed = {name.encode(): b"w:%d" % length for name, length in (lengths or {}).items()}
        self._metadata = ctypes.create_string_buffer(_encoded(metadata))

    def __arrow_c_schema__(self) -> Any:
        """Return a capsule with the schema; what it points to is released by its new owner."""
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
    """Return the pairs as the interface has them: each text after its length, in the machine's byte order."""
    texts = [text.encode() for pair in metadata.items() for text in pair]
    return struct.pack("=i", len(metadata)) + b"".join(struct.pack("=i", len(text)) + text for text in texts)


def _fields_of(schema: _ArrowSchema) -> Iterator[_ArrowSchema]:
    for place in range(schema.n_children):
        field = schema.children[place].contents
        yield field
        yield from _fields_of(field)
