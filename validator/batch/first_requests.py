"""The first requests of a run, before any about numbers: the state of each session, and synced contacts."""

from __future__ import annotations

import random
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from validator.batch.asking.checks import FIRST_LOOKS, look_at_sessions
from validator.batch.asking.contacts import all_contacts, take_contacts
from validator.batch.asking.guarding import own_numbers
from validator.batch.asking.single_call import paced
from validator.batch.watching.phase_feed import LOOKING_AT_SESSIONS, READING_CONTACTS, PhaseFeed
from validator.batch.watching.progress_feed import hosts_text
from validator.batch.wiring import refs_of
from validator.errors import ApiError, StoppedEarly
from validator.model import SessionRef
from validator.pacing import RetryPolicy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from validator.batch.ask_settings import AskSettings
    from validator.batch.asking.contacts import Through
    from validator.batch.planning.plan import Plan
    from validator.batch.watching.stop import Stop
    from validator.batch.wiring import OpenKey
    from validator.gateways.gateway import SessionReply
    from validator.ledger import Ledger
    from validator.model import Number, SessionStatus
    from validator.reports import Progress


class FirstRequests:
    """Makes the first requests of a run, within the bounds of the run, and shows their progress.

    Args:
        keys: the keys, with their gateways open.
        settings: how to ask.
        progress: shows the progress.
        stop: ends the run in order.
    """

    def __init__(
        self, keys: Sequence[OpenKey], settings: AskSettings, progress: Progress, stop: Stop
    ) -> None:
        self._keys = keys
        self._stop = stop
        self._settings = settings
        self._progress = progress

    async def look_at_sessions(
        self, on_reply: Callable[[SessionReply], None]
    ) -> dict[SessionRef, SessionStatus]:
        """Return the state of each session; see `checks.look_at_sessions`, whose errors come in groups."""
        statuses: dict[SessionRef, SessionStatus] = {}
        feed = self._feed(LOOKING_AT_SESSIONS, sum(len(key.settings.sessions) for key in self._keys))

        def seen(reply: SessionReply) -> None:
            feed.add()
            on_reply(reply)

        async with feed.shown():
            for key in self._keys:
                found = await look_at_sessions(
                    key.settings.sessions,
                    key.gateway,
                    budget=key.side,
                    max_wait_s=self._settings.max_wait_s,
                    max_outage_s=self._settings.max_outage_s,
                    on_reply=seen,
                    key_name=key.settings.name,
                )
                gateway = key.settings.gateway
                statuses |= {SessionRef(gateway, session): found[session] for session in found}
        return statuses

    async def linked_numbers(self, seen: Sequence[SessionReply]) -> list[Number]:
        """Return the numbers linked to sessions, from the replies about sessions or from a list of sessions.

        The list is requested only if that does not count towards the limit. A failure is ignored.

        Args:
            seen: the replies about sessions.
        """
        own = own_numbers(seen)
        for key in self._keys if self._settings.uses_canaries and not own else ():
            capabilities = key.gateway.capabilities
            if capabilities.lists_sessions and capabilities.paces_checks_only:
                retry = RetryPolicy(max_attempts=FIRST_LOOKS, rng=random.Random())
                with suppress(ApiError, StoppedEarly):
                    reply = await paced(key.gateway.sessions, budget=key.side, retry=retry)
                    own += own_numbers(one for one in reply.sessions if one.status.is_ready)
        return own

    async def take_contacts(
        self,
        statuses: Mapping[SessionRef, SessionStatus],
        plan: Plan,
        *,
        ledger: Ledger,
        now_ms: Callable[[], int],
        rng: random.Random,
    ) -> Plan:
        """Record the numbers that are contacts of the ready sessions; return the plan for the rest.

        Stops the run if the provider asks to stay away for too long, or refuses for too long.
        """
        left, others = plan.numbers, plan.variants["other"]
        feed = self._feed(READING_CONTACTS)
        async with feed.shown():
            for key, session in self._with_contacts(statuses):
                through = self._through(key, RetryPolicy(rng=rng))
                contacts = all_contacts(key.gateway, session, through, on_page=feed.add_page)
                try:
                    left = await take_contacts(contacts, left, others, ledger=ledger, now_ms=now_ms)
                except StoppedEarly as why:
                    self._stop(why)
                    break
        return plan.without_registered(left)

    def _with_contacts(self, statuses: Mapping[SessionRef, SessionStatus]) -> Iterator[tuple[OpenKey, str]]:
        """Yield the ready sessions of gateways with contacts, each with its key."""
        for key in self._keys:
            if key.gateway.capabilities.has_contacts:
                yield from ((key, ref.session) for ref in refs_of(key.settings) if statuses[ref].is_ready)

    def _through(self, key: OpenKey, retry: RetryPolicy) -> Through:
        settings = self._settings
        return partial(
            paced,
            budget=key.side,
            retry=retry,
            max_wait_s=settings.max_wait_s,
            max_outage_s=settings.max_outage_s,
        )

    def _feed(self, phase: str, total: int = 0) -> PhaseFeed:
        host = hosts_text(key.gateway.host for key in self._keys)
        return PhaseFeed(self._progress, [key.side for key in self._keys], phase, host=host, total=total)
