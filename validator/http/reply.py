"""A response as received, independent of the transport."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# The size of one read. anyio on asyncio splits a larger read and buffers the rest, which then cannot be seen
# on the socket. So after an answer of this size it is unknown whether more bytes have arrived.
READ_BYTES = 64 * 1024


class Reply(Struct, frozen=True, kw_only=True):
    """A response as received. `body` is None if it was larger than the cap, or compressed.

    Header names are in lower case. The values of a repeated header are joined with commas.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes | None


def joined_headers(fields: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Return raw headers in the form of `Reply.headers`."""
    plain: dict[str, str] = {}
    for raw_name, raw_value in fields:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        plain[name] = f"{plain[name]}, {value}" if name in plain else value
    return plain


def is_compressed(headers: Mapping[str, str]) -> bool:
    """Whether the body is compressed. No request asks for it, and 64 KiB of it can become 64 MiB."""
    return "content-encoding" in headers and headers["content-encoding"].strip().lower() != "identity"
