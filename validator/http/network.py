"""The user's options for the network connection."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """The user's network options. The environment supplies the rest (see `connection_settings`).

    Attributes:
        proxy: the URL of the proxy, `none` for no proxy, or None for the proxy of the environment.
        ca_file: a PEM file of further authorities to trust, or None.
    """

    proxy: str | None = field(default=None, repr=False)
    ca_file: Path | None = None
