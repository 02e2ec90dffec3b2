"""The errors of a transport: why there was no answer to a request."""

from __future__ import annotations


class TransportError(Exception):
    """There was no answer to a request."""


class LocalProtocolError(TransportError):
    """The request cannot be sent, since a header is not valid."""


class ConnectError(TransportError):
    """No server listens there, or the TLS handshake failed. The system's error is its cause."""


class ProxyError(TransportError):
    """The proxy does not open the tunnel."""


class ProxyRefusal(ProxyError):
    """The proxy refuses the tunnel, and will refuse it until a setting is changed."""


class WriteError(TransportError):
    """The connection was lost while the request was sent."""


class ReadError(TransportError):
    """The connection was lost while the answer was read."""


class RemoteProtocolError(TransportError):
    """The answer ends too early, has wrong framing, has no end, or was not asked for."""


class Unanswered(TransportError):
    """A kept connection was closed before a byte of the answer arrived: the request has to be sent again.

    Once, and over a new connection (RFC 9112, section 9.3.1); `Wire.exchange` does so itself.
    """
