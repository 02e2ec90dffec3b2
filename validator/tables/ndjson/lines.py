"""The lines of an NDJSON file and the object on each, by RFC 8259, with the place of an error."""

from __future__ import annotations

import json
import re
import secrets
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from validator.errors import FileError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

Object = dict[str, Any]
_CHUNK_LINES = 16_384  # an object takes about a kilobyte, so there are fewer at a time than elsewhere
MAX_LINE_BYTES = 16 << 20  # as for a record of a CSV file: a longer line is not a recipient
_MOST_ARRAY_BYTES = 512 << 20  # an array is read as a whole, which takes several times its size in memory
_BLANKS = re.compile(r"[ \t\r\n]*")
# Of a phone number. With an exponent, `4.474e+11`, some programs write no more digits than they show.
_FEWEST_DIGITS, _MOST_DIGITS = 7, 15
_LINE_BREAK = re.compile(r"\s*\n\s*")  # only between values: within a text it is written as \\n


def _no_json(word: str) -> NoReturn:
    raise ValueError(f"{word} is no JSON number")


def _float_of(text: str) -> float | str:
    """Return a number with a fraction or exponent; its text if it may be a phone number with digits lost."""
    mantissa, _, exponent = text.lower().partition("e")
    digits = len(mantissa.lstrip("-").partition(".")[0]) + int(exponent[:5] or 0)
    given = sum(map(str.isdigit, mantissa))
    return text if exponent and given < digits and _FEWEST_DIGITS <= digits <= _MOST_DIGITS else float(text)


def _object_of(pairs: list[tuple[str, Any]]) -> Object:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"the key {twice!r} is there twice")
    return found


_SPREAD = " (jq -c '.NAME[]' takes the rows out of an object that holds them under NAME)."

_DECODER = json.JSONDecoder(parse_constant=_no_json, parse_float=_float_of, object_pairs_hook=_object_of)
_SECRET = secrets.token_hex(16)
_BETWEEN = f',"{_SECRET}",'


class Line(NamedTuple):
    """A line that is not blank: its number, counted from 1, and its text without the line end."""

    number: int
    text: bytes


def chunks_of(path: Path, blocks: Iterable[bytes]) -> Iterator[list[Line]]:
    """Yield the lines of UTF-8 text in blocks, many at a time; blank lines are left out.

    Raises:
        FileError: a line is longer than `MAX_LINE_BYTES`.
    """
    number, rest = 1, b""
    for block in chain(blocks, [b"\n"]):
        *texts, rest = (rest + block).split(b"\n")
        lines = [Line(n, text) for n, text in enumerate(map(bytes.strip, texts), start=number) if text]
        yield from (lines[at : at + _CHUNK_LINES] for at in range(0, len(lines), _CHUNK_LINES))
        number += len(texts)
        if len(rest) > MAX_LINE_BYTES:
            raise FileError(
                f"line {number} of {path} is longer than {MAX_LINE_BYTES:,} bytes; "
                "is it a list with one object a line?"
            )


def array_chunks(path: Path, blocks: Iterable[bytes]) -> Iterator[list[Line]]:
    """Yield the objects of a JSON array as lines, many at a time, numbered from 1.

    Raises:
        FileError: it is not an array of objects, or it is too large.
    """
    lines = _elements(path, _whole(path, blocks))
    while chunk := list(islice(lines, _CHUNK_LINES)):
        yield chunk


def _whole(path: Path, blocks: Iterable[bytes]) -> str:
    parts, length = [], 0
    for block in blocks:
        parts.append(block)
        length += len(block)
        if length > _MOST_ARRAY_BYTES:
            raise FileError(f"{path} is longer than {_MOST_ARRAY_BYTES:,} bytes; {_remedy(path)}")
    return b"".join(parts).decode()


def _elements(path: Path, text: str) -> Iterator[Line]:
    at, number = _skip(text, text.index("[") + 1), 1
    while not text.startswith("]", at):
        try:
            value, end = _DECODER.raw_decode(text, at)
        except (ValueError, RecursionError) as error:
            raise FileError(
                f"element {number} of {path} is no JSON ({_gist(error)}); {_remedy(path)}"
            ) from error
        if not isinstance(value, dict):
            what, rows = ("rows", ".[] | @csv") if isinstance(value, list) else ("numbers", ".[]")
            raise FileError(
                f"element {number} of {path} is no JSON object; write a list of {what} one a line: "
                f"jq -r '{rows}' < {path.name} > {what}.csv"
            )
        yield Line(number, _LINE_BREAK.sub(" ", text[at:end]).encode())
        at, number = _skip(text, end), number + 1
        if not text.startswith((",", "]"), at):
            raise FileError(f"the array of {path} ends behind element {number - 1}; {_remedy(path)}")
        at = _skip(text, at + 1) if text[at] == "," else at
    if text[at + 1 :].strip():
        raise FileError(f"{path} goes on behind its array; {_remedy(path)}")


def _skip(text: str, at: int) -> int:
    found = _BLANKS.match(text, at)
    return found.end() if found else at


def _remedy(path: Path) -> str:
    return f"write one object a line: jq -c '.[]' < {path.name} > list.ndjson"


def objects_on(lines: Sequence[Line], path: Path) -> list[Object]:
    """Return the objects on some lines, one on each.

    Raises:
        FileError: a line has something else; the message names the line.
    """
    try:
        return _decoded_at_once(lines)
    except (ValueError, RecursionError):
        return [_object_on(line, path) for line in lines]


def _decoded_at_once(lines: Sequence[Line]) -> list[Object]:
    """Decode all lines as one array, in a third of the time.

    A secret text separates the lines, so that lines which are not valid JSON by themselves (`{"a":[1`, `2]}`)
    cannot form an array of the same length by chance.
    """
    values: list[Any] = _DECODER.decode("[" + _BETWEEN.join(line.text.decode() for line in lines) + "]")
    objects, between = values[::2], values[1::2]
    if len(objects) != len(lines) or not all(type(value) is dict for value in objects):
        raise ValueError("a line holds less or more than one object")
    if between.count(_SECRET) != len(between):
        raise ValueError("an object reaches beyond its line")
    return objects


def decoded(text: str) -> Any:
    """Return the JSON value of a text; None if it is no JSON, or goes on behind the value."""
    try:
        return _DECODER.decode(text)
    except (ValueError, RecursionError):
        return None


def _object_on(line: Line, path: Path) -> Object:
    try:
        value = _DECODER.decode(line.text.decode())
    except (ValueError, RecursionError) as error:
        remedy = _SPREAD if line.number == 1 and _ends_early(line, error) else "."
        raise FileError(
            f"line {line.number} of {path} is no JSON ({_gist(error)}); write one object a line{remedy}"
        ) from error
    if not isinstance(value, dict):
        raise FileError(
            f"line {line.number} of {path} is no JSON object; write one object a line "
            "(jq -c '.[]' makes them of an array)."
        )
    return value


def _ends_early(line: Line, error: Exception) -> bool:
    return isinstance(error, json.JSONDecodeError) and error.pos >= len(line.text.decode())


def _gist(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} at character {error.colno}"
    return "nested too deep" if isinstance(error, RecursionError) else str(error)
