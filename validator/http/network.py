"""What the user says about the way out of this machine."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """How requests get out, as far as the user says it; the environment says the rest (see `way_to`).

    Attributes:
        proxy: the URL of the proxy, `none` for no proxy, or None for what the environment says.
        ca_file: a PEM file of authorities to trust besides, or None.
    """

    proxy: str | None = field(default=None, repr=False)
    ca_file: Path | None = None
