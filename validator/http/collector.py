"""A collector of OpenTelemetry: takes traces and metrics over OTLP/HTTP, as protobuf.

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
"""The standard variable with headers of requests, `name=value,name=value`, which may hold a credential."""

# RFC 9110, section 5.6.2: a name is a token. A value is what can be printed.
_HEADER = re.compile(r"[\w!#$%&'*+.^`|~-]+=[\x20-\x7e]*", re.ASCII)
_LEAST_SECRET_CHARS = 8


@dataclass(frozen=True, slots=True)
class Collector:
    """Where telemetry goes, and what lets us in; neither is printed.

    Attributes:
        url: https, or http to this machine; without a slash at its end.
        headers: those of the user for each request, by their names in lower case.
    """

    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)

    @classmethod
    def parse(cls, url: str, headers: str) -> Self:
        """Return the collector of a URL and of headers as they were given.

        Raises:
            UsageError: the URL or the headers cannot be used. The message holds neither.
        """
        remedy = "Give --otlp the collector's address, to which /v1/traces and /v1/metrics are added"
        return cls(checked_collector_url(url, remedy=remedy), _headers(headers))

    @property
    def host(self) -> str:
        """Host and port, for messages."""
        return host_of(self.url)


async def post(client: httpx.AsyncClient, collector: Collector, signal: str, body: bytes) -> None:
    """Send a body once: `traces` or `metrics`.

    Raises:
        NotDelivered: it was not taken.
    """
    headers = {**collector.headers, "content-type": "application/x-protobuf"}
    await send(client, f"{collector.url}/v1/{signal}", body, headers)


def _headers(text: str) -> dict[str, str]:
    return dict(_header(part.strip()) for part in text.split(",") if part.strip())


def _header(part: str) -> tuple[str, str]:
    """Return name and value, which others may have written as URLs write it."""
    name, equals, value = (word.strip() for word in part.partition("="))
    value = unquote(value)
    if not _HEADER.fullmatch(f"{name}{equals}{value}"):
        raise UsageError(f"{HEADERS_VARIABLE} is not name=value,name=value with values as in a URL")
    # Shorter ones are names of tenants, and would be hidden in texts that have nothing to do with them.
    if len(value) >= _LEAST_SECRET_CHARS:
        hide_key(value)
    return name.lower(), value
