"""How a run asks: its keys, its pace, and the limits at which it stops."""

from __future__ import annotations

import math
from datetime import datetime
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import force_setattr

from validator.arguments import FLAG, NUMBER, TEXT, WHOLE, Kind, require, several
from validator.errors import UsageError
from validator.gateways.registry import DEFAULT_GATEWAY, capabilities_of
from validator.model import Number, Strength
from validator.ranges import LEAST_DAILY_CAP, MOST_CONCURRENT, MOST_RETRIES
from validator.settings import Rate, RateMode
from validator.value import Value

if TYPE_CHECKING:
    from collections.abc import Iterable

    from validator.gateways.capabilities import Capabilities
    from validator.gateways.gateway import GatewayOptions

# `docker stop` and most supervisors kill 10 s after SIGTERM; this leaves two seconds to write the output.
GRACE_S = 8.0


SESSION = Kind((str, int), "a text or an integer")
_NUMBER = Kind((Number,), "a Number")
_KEY_KINDS = {
    "gateway": TEXT,
    "name": TEXT,
    "rate": Kind((Rate,), "a Rate"),
    "daily_cap": WHOLE.within(LEAST_DAILY_CAP).or_none,
    "allow_new_host": FLAG,
}
_ASK_KINDS = {
    "concurrency": WHOLE.within(1, MOST_CONCURRENT),
    "retries": WHOLE.within(0, MOST_RETRIES),
    "rate_share": NUMBER.above_zero(1),
    "max_error_rate": NUMBER.within(0, 1),
    **dict.fromkeys(("max_wait_s", "max_outage_s", "grace_s", "wait_for_key_s"), NUMBER.within(0)),
    **dict.fromkeys(("contacts", "uses_canaries"), FLAG),
    "deadline": Kind((datetime,), "a datetime").or_none,
}


class KeySettings(Value, Struct, frozen=True, kw_only=True):
    """One key to ask with, and the sessions to ask through.

    Attributes:
        options: the key itself, and how to reach its gateway.
        gateway: the gateway's name.
        name: the key's name in messages; empty if the run has only one key.
        sessions: the ids of the sessions to ask through, at least one.
        rate: how the pace of the key is decided.
        allow_new_host: whether the key may be sent to another host than the one it was first used with.
        daily_cap: the most numbers a day through each session; None for the gateway's default.
    """

    options: GatewayOptions
    gateway: str = DEFAULT_GATEWAY
    name: str = ""
    sessions: tuple[str, ...]
    rate: Rate = field(default_factory=lambda: Rate(RateMode.AUTO))
    daily_cap: int | None = None
    allow_new_host: bool = False

    def __post_init__(self) -> None:
        """Convert sessions to a tuple of texts.

        Raises:
            UsageError: an argument has a wrong type, or is out of range.
        """
        sessions = several("sessions", self.sessions, SESSION)
        force_setattr(self, "sessions", tuple(map(str, sessions)))
        require(_KEY_KINDS, **{name: getattr(self, name) for name in _KEY_KINDS})
        self._refuse_key_elsewhere()

    def _refuse_key_elsewhere(self) -> None:
        """Refuse a session or an address that contains the key, since both are shown and stored."""
        is_in = self.options.key.is_in
        if any(map(is_in, self.sessions)):
            raise self._misplaced("session", "--session", "session_variable")
        if is_in(self.options.base_url or ""):
            raise self._misplaced("base URL", "--base-url", "url_variable")

    def _misplaced(self, what: str, option: str, variable: str) -> UsageError:
        capabilities = capabilities_of(self.gateway)
        return UsageError(
            f"the key is in the {what}, where it would be shown; give it in {capabilities.key_variable} or "
            f"a file, and give the {what} alone ({option} or {getattr(capabilities, variable)})"
        )

    @property
    def cap(self) -> int | None:
        """The most numbers to ask about in a day through each session, or None for no cap."""
        return self.daily_cap or capabilities_of(self.gateway).daily_cap


class AskSettings(Value, Struct, frozen=True, kw_only=True):
    """How a run asks with all its keys.

    Attributes:
        rate_share: the share (above 0 to 1) of each key's limit to use, if other programs use the key too.
        concurrency: the most requests of each key in flight; fewer if the pace needs fewer.
        retries: further attempts for a number after the first has failed.
        max_error_rate: stop if a larger share of the latest attempts fails.
        max_wait_s: stop if the gateway asks to stay away for longer, in seconds.
        max_outage_s: stop if a session has not answered for longer, in seconds.
        deadline: stop at this time; None for no deadline.
        grace_s: how long a run may take to end after a signal or at its deadline, in seconds. This includes
            writing. Requests in flight for longer are cancelled, and the next run asks again.
        contacts: whether the synced contacts of the sessions count as answers; they are read first.
        canaries: numbers known to be on WhatsApp; empty for the numbers linked to the sessions.
        uses_canaries: whether a "no" counts only after the session has shown that it still says "yes".
        wait_for_key_s: how long to wait for another run that uses one of the keys, in seconds.
    """

    rate_share: float = 1.0
    concurrency: int = 256
    retries: int = 5
    max_error_rate: float = 1.0
    max_wait_s: float = 3_600.0
    max_outage_s: float = 21_600.0
    deadline: datetime | None = None
    grace_s: float = GRACE_S
    contacts: bool = False
    canaries: tuple[Number, ...] = ()
    uses_canaries: bool = True
    wait_for_key_s: float = 0.0

    def __post_init__(self) -> None:
        """Raise `UsageError` for an argument of a wrong type or range."""
        require(_ASK_KINDS, **{name: getattr(self, name) for name in _ASK_KINDS})
        force_setattr(self, "canaries", several("canaries", self.canaries, _NUMBER))

    def key_wait_s(self, now_s: float) -> float:
        """Return how long to wait for another run that uses a key, in seconds: not past the deadline.

        Args:
            now_s: the time in Unix seconds.
        """
        left_s = math.inf if self.deadline is None else self.deadline.timestamp() - now_s
        return max(0.0, min(self.wait_for_key_s, left_s))

    def warnings(self, keys: Iterable[KeySettings]) -> tuple[str, ...]:
        """Return warnings about a run with these settings, one sentence each."""
        keys, warnings = tuple(keys), []
        if any(key.rate.mode is RateMode.NONE for key in keys):
            warnings.append(
                "the run was not paced (--rate none): against a real provider this puts the number at risk"
            )
        if not self.uses_canaries:
            warnings.append(
                "every answer was believed (--no-canaries): a session that has died can call any number "
                "invalid, or say that it is not on WhatsApp"
            )
        elif weak := [one for one in _gateways_of(keys) if one.negatives is Strength.WEAK]:
            names = " and ".join(one.title for one in weak)
            warnings.append(
                f'a "no" of {names} is weak: it is also given if WhatsApp has not answered, or has answered '
                "in an unknown form. For each one here, the session was ready before and after it, and has "
                'said "yes" to another number later; --confirm-negatives asks about them once more'
            )
        return tuple(warnings)


def _gateways_of(keys: Iterable[KeySettings]) -> list[Capabilities]:
    """Return the capabilities of the gateways of some keys, each gateway once."""
    return [capabilities_of(name) for name in dict.fromkeys(key.gateway for key in keys)]


def require_distinct(keys: Iterable[KeySettings], label: str = "key {!r}") -> None:
    """Check that keys differ, and that each session belongs to one key.

    Otherwise a session would confirm its own "no"s, and the run would wait for its own lock of a key.

    Args:
        keys: the keys of a run.
        label: what messages call a key of a name.

    Raises:
        UsageError: two keys are the same or name the same session of a gateway, or a key has no session.
    """
    owners: dict[tuple[str, str], str] = {}
    names: dict[str, str] = {}
    for key in keys:
        if not key.sessions:
            raise UsageError(
                f"{label.format(key.name)} has no session to check through; name one with sessions"
            )
        for session in key.sessions:
            if (owner := owners.setdefault((key.gateway, session), key.name)) != key.name:
                raise UsageError(
                    f"session {session} is named by {label.format(owner)} and {label.format(key.name)}; "
                    "leave it with one"
                )
        # Not by comparing names: the library's keys may have none.
        if (fingerprint := key.options.key.fingerprint) in names:
            raise UsageError(
                f"{label.format(names[fingerprint])} and {label.format(key.name)} have the same key; name "
                "the sessions of both in one of them, or give each a key of its own"
            )
        names[fingerprint] = key.name
