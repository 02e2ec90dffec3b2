"""Whether a connection has received bytes that were not read yet. Nothing here waits."""

from __future__ import annotations

import os
import socket
import ssl

# A TLS record's type for data, and the length of an encrypted alert (2 bytes, 1 for the type, a tag of 16).
_TLS_DATA = 23
_TLS_ALERT_BYTES = 19
_PEEKED_BYTES = 5


def holds_unread(descriptor: int, *, is_encrypted: bool) -> bool:
    """Whether a socket has unread data. The end of the connection and TLS alerts do not count."""
    try:
        # A duplicate, because the raw socket of an event loop may not support `recv`.
        with socket.socket(fileno=os.dup(descriptor)) as own:
            waiting = own.recv(_PEEKED_BYTES, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except OSError:
        return False
    return holds_data(waiting) if is_encrypted else bool(waiting)


def holds_data(received: bytes) -> bool:
    """Whether TLS bytes begin with a data record, and not with an alert or a handshake message.

    TLS 1.3 sends an alert as a data record; only its length shows it (RFC 8446, sections 5.1, 5.2 and 6).
    """
    is_data = received[:1] == bytes([_TLS_DATA])
    return is_data and int.from_bytes(received[3:5], "big") > _TLS_ALERT_BYTES


def unread_in_tls(tls: ssl.SSLObject) -> tuple[bool, bool]:
    """Return whether TLS has unread data, and whether the connection is still usable.

    It is not usable if there was anything to read, even an end, since this call consumes it.
    """
    try:
        return bool(tls.read(1)), False
    except ssl.SSLError as error:
        return False, isinstance(error, ssl.SSLWantReadError)
