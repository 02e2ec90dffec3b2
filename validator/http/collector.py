"""An OpenTelemetry collector: receives traces and metrics over OTLP/HTTP, as protobuf.

https://opentelemetry.io/docs/specs/otlp/#otlphttp-request
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self
from urllib.parse import unquote

from validator.errors import UsageError
from validator.http.masking import hide_key
from validator.http.sending import send
from validator.http.url import checked_collector_url, host_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    import httpx

HEADERS_VARIABLE = "OTEL_EXPORTER_OTLP_HEADERS"
"""The standard variable with request headers, `name=value,name=value`; they may hold a credential."""

# RFC 9110, section 5.6.2: a name is a token. A value has printable ASCII characters.
_HEADER = re.compile(r"[\w!#$%&'*+.^`|~-]+=[\x20-\x7e]*", re.ASCII)
_LEAST_SECRET_CHARS = 8


@dataclass(frozen=True, slots=True)
class Collector:
    """Address and credentials for telemetry; its repr shows neither.

    Attributes:
        url: https, or http to this machine; without a slash at its end.
        headers: the user's headers for each request, by name in lower case.
    """

    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)

    @classmethod
    def parse(cls, url: str, headers: str) -> Self:
        """Return the collector for a URL and a headers text.

        Raises:
            UsageError: the URL or the headers cannot be used. The message quotes neither.
        """
        remedy = "Give --otlp the collector's address, to which /v1/traces and /v1/metrics are added"
        return cls(checked_collector_url(url, remedy=remedy), _headers(headers))

    @property
    def host(self) -> str:
        """Host and port, for messages."""
        return host_of(self.url)


async def post(client: httpx.AsyncClient, collector: Collector, signal: str, body: bytes) -> None:
    """Send a body once.

    Args:
        client: sends it.
        collector: the receiver.
        signal: `traces` or `metrics`.
        body: the protobuf message.

    Raises:
        NotDelivered: the collector did not accept it.
    """
    headers = {**collector.headers, "content-type": "application/x-protobuf"}
    await send(client, f"{collector.url}/v1/{signal}", body, headers)


def _headers(text: str) -> dict[str, str]:
    return dict(_header(part.strip()) for part in text.split(",") if part.strip())


def _header(part: str) -> tuple[str, str]:
    """Return name and value of a header; the value may be percent-encoded."""
    name, equals, value = (word.strip() for word in part.partition("="))
    value = unquote(value)
    if not _HEADER.fullmatch(f"{name}{equals}{value}"):
        raise UsageError(f"{HEADERS_VARIABLE} is not name=value,name=value with values as in a URL")
    # Shorter values are no secrets but names of tenants. Masked, they would disappear from other texts too.
    if len(value) >= _LEAST_SECRET_CHARS:
        hide_key(value)
    return name.lower(), value
