"""Response bodies: their largest sizes, and how they are decoded: strictly."""

from __future__ import annotations

import json
from codecs import BOM_UTF8
from typing import Any, NoReturn

# The answer to a check has 150 bytes, and a page of 100 contacts 30 KB. The rest is for future fields.
OBJECT_CAP_BYTES = 64 * 1024
PAGE_CAP_BYTES = 1024 * 1024

# The time to parse or print an integer grows with the square of its length. Beyond some thousand digits
# Python refuses with a message of its own.
_MAX_INTEGER_CHARS = 100


def decode_object(body: bytes) -> dict[str, Any]:
    """Return the JSON object of a body; raises `ValueError` as `decode_json` does, and for other values."""
    value = decode_json(body)
    if not isinstance(value, dict):
        raise ValueError(f"a JSON {_KINDS.get(type(value), 'value')} in place of an object")  # noqa: TRY004 - about the body, not about an argument's type
    return value


def decode_json(body: bytes) -> Any:
    """Return the JSON value of a body.

    It is stricter than `json.loads`: only UTF-8, no NaN or Infinity, no integer of more than a hundred
    digits, and no key twice in one object, since two parsers could then read different answers (RFC 8259,
    section 4). A byte order mark, as servers in PHP and .NET send it, is ignored (section 8.1).

    Raises:
        ValueError: the body is anything else. The message says what, and does not quote the body.
    """
    try:
        return _DECODER.decode(body.removeprefix(BOM_UTF8).decode())
    except json.JSONDecodeError as error:
        raise ValueError(_not_json(body, error)) from None
    except UnicodeDecodeError:
        raise ValueError("not UTF-8") from None
    except RecursionError:
        raise ValueError("JSON nested too deeply") from None


_KINDS = {list: "array", str: "string", type(None): "null"}


def _not_json(body: bytes, error: json.JSONDecodeError) -> str:
    start = body.lstrip()[:1]
    if not start:
        return "empty"
    return "HTML" if start == b"<" else f"not JSON (at character {error.pos})"


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"JSON with {name}, which JSON does not have")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("JSON with a key twice in one object")
    return found


def _integer(digits: str) -> int:
    if len(digits) > _MAX_INTEGER_CHARS:
        raise ValueError(f"JSON with an integer of {len(digits):,} digits")
    return int(digits)


_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_refuse_constant, parse_int=_integer)
