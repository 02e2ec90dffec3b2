"""How requests get out of this machine: through which proxy, and whose certificates are trusted."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from validator.http.proxy import find_proxy
from validator.http.trust import SYSTEM_STORE, TrustStore, find_trust

if TYPE_CHECKING:
    from pathlib import Path

    from validator.http.proxy import Proxy


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """What the user says about the way out; the environment says the rest.

    Attributes:
        proxy: the URL of the proxy, `none` for no proxy, or None for what the environment says.
        ca_file: a PEM file of authorities to trust besides, or None.
    """

    proxy: str | None = field(default=None, repr=False)
    ca_file: Path | None = None

    def way_to(self, base_url: str) -> Way:
        """Return the way to a server, as the environment has it now.

        Args:
            base_url: the server's URL, checked.

        Raises:
            UsageError: the proxy or a file of authorities cannot be used.
        """
        proxy = find_proxy(base_url, self.proxy, os.environ)
        if not base_url.startswith("https:"):
            return Way()
        return Way(proxy=proxy, trust=find_trust(self.ca_file, os.environ))


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """The way to one server.

    Attributes:
        proxy: the proxy to go through, or None for none.
        trust: whose signatures prove the server's certificate.
    """

    proxy: Proxy | None = None
    trust: TrustStore = SYSTEM_STORE
