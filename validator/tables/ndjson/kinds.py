"""The types of values that the keys of a file have, and the column for each key."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Sequence

    from validator.tables.ndjson.lines import Object

_INT64 = range(-(2**63), 2**63)
_NUMBERS = {int, float}

Kinds = dict[str, set[type]]
"""The types of values that each key of a file has, keys in the order in which they first appear.

`null` is not counted. An integer of more than 64 bits counts as an `object`, since no column can hold it.
"""


def note_kinds(kinds: Kinds, rows: Sequence[Object]) -> None:
    """Add the keys and types of some rows to `kinds`."""
    kinds |= {key: set() for row in rows for key in row if key not in kinds}
    for key, found in kinds.items():
        values = [row[key] for row in rows if key in row]
        found.update(set(map(type, values)) - {type(None)})
        if int in found and any(type(value) is int and value not in _INT64 for value in values):
            found.add(object)


def schema_of(kinds: Kinds) -> pl.Schema:
    """Return a column for each key: of the values' type if all have the same, else text."""
    return pl.Schema({key: _dtype_of(found) for key, found in kinds.items()})


def _dtype_of(kinds: set[type]) -> pl.DataType:
    if kinds == {bool}:
        return pl.Boolean()
    if kinds == {int}:
        return pl.Int64()
    if kinds and kinds <= _NUMBERS:
        return pl.Float64()
    return pl.String()


def column_of(name: str, dtype: pl.DataType, rows: Sequence[Object]) -> pl.Series:
    """Return the values of a key. In a text column, other values are written as JSON.

    Raises:
        TypeError: a value does not have the type.
    """
    values = [row.get(name) for row in rows]
    if dtype == pl.String():
        return text_column(name, [None if value is None else _text_of(value) for value in values])
    if dtype == pl.Float64():
        values = [None if value is None else float(value) for value in values]
    return pl.Series(name, values, dtype=dtype)


def text_column(name: str, texts: Sequence[bytes | None]) -> pl.Series:
    """Return a column of text from its UTF-8."""
    return pl.Series(name, texts, dtype=pl.Binary).cast(pl.String)


def _text_of(value: Any) -> bytes:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.encode(errors="replace")  # JSON can contain half of a surrogate pair
