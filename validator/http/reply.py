"""A response as it came, whatever carried it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A response as it came: `body` is None where it was larger than the cap or compressed unasked.

    The names of headers are in lower case; one that came several times is joined with commas.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes | None


def joined_headers(fields: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Return raw headers as a `Reply` has them."""
    plain: dict[str, str] = {}
    for raw_name, raw_value in fields:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        plain[name] = f"{plain[name]}, {value}" if name in plain else value
    return plain


def is_compressed(headers: Mapping[str, str]) -> bool:
    """Whether the body is in a form that no request asks for: 64 KiB of it can hold 64 MiB."""
    return "content-encoding" in headers and headers["content-encoding"].strip().lower() != "identity"
