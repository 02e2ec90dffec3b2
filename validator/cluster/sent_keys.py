"""A key on its way to the machine that asks with it.

An `ApiKey` refuses to be pickled, so that no key leaves a process unnoticed. Here it is meant to: straight
from the run to the process of its lane. It is no argument that creates something, so that Ray's own records
do not hold it; on the wire it is as safe as Ray's connections are (docs/cluster.md).
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

from validator.batch.ask_settings import KeySettings
from validator.gateways.gateway import GatewayOptions
from validator.gateways.registry import capabilities_of

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class SentKey:
    """A key and its settings, to be pickled; it does not print the key.

    Attributes:
        text: the key itself.
        gateway: the gateway's name.
        options: the other fields of `GatewayOptions`.
        settings: the other fields of `KeySettings`.
    """

    text: str = field(repr=False)
    gateway: str
    options: Mapping[str, Any] = field(repr=False)
    settings: Mapping[str, Any]

    @classmethod
    def of(cls, key: KeySettings) -> SentKey:
        """Return a key as it is sent."""
        options = {
            one.name: getattr(key.options, one.name) for one in fields(GatewayOptions) if one.name != "key"
        }
        settings = {
            one.name: getattr(key, one.name)
            for one in fields(KeySettings)
            if one.name not in {"options", "gateway"}
        }
        return cls(key.options.key.reveal(), key.gateway, options, settings)

    def received(self) -> KeySettings:
        """Return the key as it is used."""
        key = capabilities_of(self.gateway).parse_key(self.text)
        options = GatewayOptions(key=key, **self.options)
        return KeySettings(options=options, gateway=self.gateway, **self.settings)
