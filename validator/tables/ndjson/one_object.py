"""Files that are one JSON object with all rows in it, as databases and pandas write them."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from validator.errors import FileError
from validator.tables.ndjson.lines import decoded

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from validator.tables.ndjson.lines import Object

_MAY_BE_NUMBER = re.compile(r"(?:[0-9]\D{0,3}){7}")
_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")  # a key that jq accepts without quotes
_SPLIT = {"columns", "data"}  # keys of pandas' orient="split"
_MOST_BYTES = 64 << 20  # a larger file is only read line by line
_PANDAS = 'write it with df.to_json("list.json", orient="records") and give that file.'


def only_object(path: Path, blocks: Iterable[bytes]) -> Object | None:
    """Return the object that a file consists of, on however many lines; None if it does not."""
    if path.stat().st_size > _MOST_BYTES:
        return None
    value = decoded(b"".join(blocks).decode())
    return value if isinstance(value, dict) else None


def require_rows(path: Path, only: Object) -> None:
    """Require that the only object of a file is a row, and not an object that contains the rows.

    Raises:
        FileError: it contains a list of objects and no text that may be a phone number, the columns of a
            table, or one object for each row.
    """
    _refuse_columns(path, only)
    _refuse_keyed(path, only)
    lists = [key for key, value in only.items() if isinstance(value, list) and value and _are_objects(value)]
    if lists and not any(
        isinstance(value, str | int) and _MAY_BE_NUMBER.search(str(value)) for value in only.values()
    ):
        key = lists[0] if _PLAIN_KEY.fullmatch(lists[0]) else f"[{json.dumps(lists[0])}]"
        raise FileError(
            f"{path} is one JSON object that holds the rows under {lists[0]!r}; write one a line: "
            f"jq -c '.{key}[]' < {path.name} > list.ndjson"
        )


def _refuse_columns(path: Path, only: Object) -> None:
    """Refuse pandas' default form, `{"phone": {"0": ..., "1": ...}}`, and its form for split tables."""
    columns = list(only.values())
    is_split = only.keys() >= _SPLIT and all(isinstance(only[key], list) for key in _SPLIT)
    if is_split or (_are_like_objects(columns) and all(key.isdecimal() for key in columns[0])):
        raise FileError(
            f"{path} is one JSON object with a table by columns, as pandas writes it by default; {_PANDAS}"
        )


def _refuse_keyed(path: Path, only: Object) -> None:
    """Refuse `{"a1": {"phone": ...}, "a2": {"phone": ...}}`."""
    if len(only) > 1 and _are_like_objects(list(only.values())):
        raise FileError(
            f"{path} is one JSON object that holds each row under a key of its own; write one a line: "
            f"jq -c 'to_entries[] | {{key}} + .value' < {path.name} > list.ndjson"
        )


def _are_like_objects(values: list[Any]) -> bool:
    """Return whether all values are objects with a key in common."""
    return bool(values) and _are_objects(values) and bool(set.intersection(*map(set, values)))


def _are_objects(values: list[Any]) -> bool:
    return all(isinstance(value, dict) for value in values)
