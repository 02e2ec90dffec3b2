"""What has come over a connection that nobody asked for, as far as a look shows. Nothing here waits."""

from __future__ import annotations

import os
import socket
import ssl

# Of a TLS record: its type for data, and the encrypted length of an alert (2 bytes, a type, a tag of 16).
_TLS_DATA = 23
_TLS_ALERT_BYTES = 19
_PEEKED_BYTES = 5


def holds_unread(descriptor: int, *, is_encrypted: bool) -> bool:
    """Whether data waits in a socket; the end of the connection is none, nor are alerts of TLS."""
    try:
        # Of its own: what the event loops give as the raw socket need not read.
        with socket.socket(fileno=os.dup(descriptor)) as own:
            waiting = own.recv(_PEEKED_BYTES, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except OSError:
        return False
    return holds_data(waiting) if is_encrypted else bool(waiting)


def holds_data(received: bytes) -> bool:
    """Whether bytes of TLS begin with a record of data, rather than an alert or a handshake message.

    TLS 1.3 disguises an alert as data; it is known by its length (RFC 8446, sections 5.1, 5.2 and 6).
    """
    is_data = received[:1] == bytes([_TLS_DATA])
    return is_data and int.from_bytes(received[3:5], "big") > _TLS_ALERT_BYTES


def unread_in_tls(tls: ssl.SSLObject) -> tuple[bool, bool]:
    """Return whether data was received that is not read yet, and whether the connection is still of use.

    It is of none if there was anything to read, even an end: that is lost then.
    """
    try:
        return bool(tls.read(1)), False
    except ssl.SSLError as error:
        return False, isinstance(error, ssl.SSLWantReadError)
