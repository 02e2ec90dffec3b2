"""The values of the options for requests to gateways, and asking that ends in order after a signal."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Self

import click
from click.core import ParameterSource
from msgspec.structs import replace

from validator.batch.ask_settings import GRACE_S, AskSettings, require_distinct
from validator.cli.process.signals import run_until_stopped
from validator.cli.settings.credentials import ProviderOptions, require_sessions
from validator.cli.settings.defaults import KEYS_META
from validator.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from validator.batch.ask_settings import KeySettings
    from validator.batch.asked import Asked
    from validator.batch.asker import Asker
    from validator.batch.planning.plan import Plan
    from validator.batch.run import Ask
    from validator.batch.watching.stop import Stop
    from validator.model import Number


# What the table of each key sets, and the option that does so without tables.
_IN_TABLES = (("sessions", "sessions", "--session"), ("api_key_file", "key files", "--api-key-file"))


class AskOptions(ProviderOptions, frozen=True, kw_only=True):
    """The options for requests to the provider. `shared_options` and `stop_options` explain each of them."""

    sessions: tuple[str, ...]
    key_names: tuple[str, ...] = ()
    rate_share: float
    concurrency: int
    retries: int
    max_error_rate: float = 1.0
    max_wait: float = 3_600.0
    max_outage: float = 21_600.0
    deadline: datetime | None = None
    grace: float = GRACE_S
    wait_for_key: float = 0.0
    daily_cap: int | None = None
    contacts: bool = False
    canaries: tuple[Number, ...] = ()
    no_canaries: bool = False

    @classmethod
    def take(cls, given: dict[str, Any]) -> Self:
        """Remove these options from a command's options, and return them."""
        return cls(**{name: given.pop(name) for name in cls.__struct_fields__ if name in given})

    def keys(self) -> tuple[KeySettings, ...]:
        """Return the keys for the requests.

        Raises:
            UsageError: a key or a session is missing, or a key is malformed.
        """
        if not self.key_names:
            key = self.key_settings(self.sessions, daily_cap=self.daily_cap)
            return (replace(key, sessions=require_sessions(self.sessions, self.gateway)),)
        from validator.cli.settings.key_tables import keys_named  # noqa: PLC0415 - most runs have one key

        context = click.get_current_context()
        for name, what, option in _IN_TABLES:
            if context.get_parameter_source(name) is ParameterSource.COMMANDLINE:
                raise UsageError(f"the {what} of --keys are in their tables; leave {option} out")
        tables = context.find_root().meta.get(KEYS_META, {})
        keys = keys_named(self.key_names, tables, self, daily_cap=self.daily_cap)
        require_distinct(keys, label="[keys.{}]")
        return keys

    @property
    def ask_settings(self) -> AskSettings:
        """The settings that apply to all keys."""
        return AskSettings(
            rate_share=self.rate_share,
            concurrency=self.concurrency,
            retries=self.retries,
            max_error_rate=self.max_error_rate,
            max_wait_s=self.max_wait,
            max_outage_s=self.max_outage,
            deadline=self.deadline,
            grace_s=self.grace,
            contacts=self.contacts,
            canaries=self.canaries,
            uses_canaries=not self.no_canaries,
            wait_for_key_s=self.wait_for_key,
        )


def under_signals(asker: Asker, stop: Stop) -> Ask:
    """Return `asker.ask` as a synchronous call; a first signal ends it in order, a second one at once."""

    def ask(plan: Plan, next_round: Callable[[Plan], Plan]) -> Asked:
        return run_until_stopped(partial(asker.ask, plan, next_round), stop)

    return ask
