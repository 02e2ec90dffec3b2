"""A key that is sent to the process of its lane on another machine.

An `ApiKey` refuses to be pickled, so that no key leaves a process by mistake. A `SentKey` can be pickled. It
is not sent as an argument that creates an actor, since Ray records those. On the network it is as safe as
Ray's connections are (docs/cluster.md).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from validator.batch.ask_settings import KeySettings
from validator.gateways.gateway import GatewayOptions
from validator.gateways.registry import capabilities_of

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class SentKey:
    """A key and its settings, which can be pickled; its repr hides the key.

    Attributes:
        text: the text of the key.
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
        """Return a key in the form to send."""
        options = {
            name: getattr(key.options, name) for name in GatewayOptions.__struct_fields__ if name != "key"
        }
        settings = {
            name: getattr(key, name)
            for name in KeySettings.__struct_fields__
            if name not in {"options", "gateway"}
        }
        return cls(key.options.key.reveal(), key.gateway, options, settings)

    def received(self) -> KeySettings:
        """Return the key in the form to use."""
        key = capabilities_of(self.gateway).parse_key(self.text)
        options = GatewayOptions(key=key, **self.options)
        return KeySettings(options=options, gateway=self.gateway, **self.settings)
