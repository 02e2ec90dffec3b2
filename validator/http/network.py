"""The user's options for the network connection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from validator.value import MaskedValue

if TYPE_CHECKING:
    from pathlib import Path


class Network(MaskedValue, Struct, frozen=True, kw_only=True):
    """The user's network options. The environment supplies the rest (see `connection_settings`).

    Attributes:
        proxy: the URL of the proxy, `none` for no proxy, or None for the proxy of the environment.
        ca_file: a PEM file of further authorities to trust, or None.
    """

    _hidden = frozenset({"proxy"})

    proxy: str | None = None
    ca_file: Path | None = None
