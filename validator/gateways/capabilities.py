"""What a gateway is and what it can do."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from validator.errors import UsageError
from validator.http.api_key import ApiKey
from validator.model import Strength, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Spelling(StrEnum):
    """How a gateway takes a number."""

    E164 = "e164"
    DIGITS = "digits"


class SecretPlace(StrEnum):
    """Where the key is in a request. In a path or a query it is masked in every message and log."""

    HEADER = "header"
    PATH = "path"
    QUERY = "query"


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a gateway is and what it can do: everything about it that the rest of the program needs.

    Attributes:
        name: its name in options, files and the ledger.
        title: its name in messages.
        key_variable: the environment variable that holds its key.
        url_variable: the environment variable that holds its base URL.
        session_variable: the environment variable that holds its session.
        default_url: the provider's own address; None if each user runs a server of their own.
        max_batch: the most numbers in one `check`.
        spelling: how it takes a number.
        names_numbers: whether its answers say which number they are about. If not, each check goes over a
            connection of its own, where no other answer can come.
        negatives: how far its "no" can be trusted.
        tells_limits: whether its responses carry rate limits.
        paces_checks_only: whether requests other than checks count towards no limit.
        caches_yes: whether a "yes" may be an earlier one, kept by the gateway.
        default_session: the session if the user names none; empty if one has to be named.
        has_session_status: whether `session_status` is offered.
        lists_sessions: whether `sessions` is offered.
        has_contacts: whether `contacts` is offered.
        has_limits: whether `limits` is offered.
        secret_in: where the key is in a request.
        link_again: what somebody has to do about a session whose phone is not linked any more.
        parse_key: makes a key of a text; raises `UsageError` if it has not the shape of the gateway's keys.
        default_rate_per_min: the pace in requests a minute if nothing says what the limit is.
        first_hold_s: the first wait after a refusal for the rate that names none; the next are twice as long.
        daily_cap: the most attempts a day through one session if the user names no cap; None for no cap.
        plans: the provider's plans, with their requests a minute.
    """

    name: str
    title: str
    key_variable: str
    url_variable: str
    session_variable: str
    default_url: str | None = None
    max_batch: int = 1
    spelling: Spelling = Spelling.E164
    names_numbers: bool = True
    negatives: Strength = Strength.DEFINITE
    tells_limits: bool = False
    paces_checks_only: bool = False
    caches_yes: bool = False
    default_session: str = ""
    has_session_status: bool = False
    lists_sessions: bool = False
    has_contacts: bool = False
    has_limits: bool = False
    secret_in: SecretPlace = SecretPlace.HEADER
    link_again: str = "link its phone again by the QR code that the gateway shows"
    parse_key: Callable[[str], ApiKey] = ApiKey.parse
    default_rate_per_min: float
    first_hold_s: float = 1.0
    daily_cap: int | None = None
    plans: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def paces(self) -> Mapping[str, float]:
        """The numbers a minute on each plan; if there are none, at the pace that holds by default."""
        return self.plans or {"default": self.default_rate_per_min * self.max_batch}

    def no_address(self) -> UsageError:
        """Return the error for a gateway without an address of its own, if the user names none."""
        return UsageError(
            f"{self.title} runs on a server of your own; say where, as in https://gateway.example "
            f"(--base-url or {self.url_variable})"
        )

    def strength_of(self, verdict: Verdict) -> Strength:
        """Return how far a verdict of the gateway can be trusted."""
        return self.negatives if verdict is Verdict.NOT_REGISTERED else Strength.DEFINITE
