"""What a gateway is and what it can do."""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from msgspec import Struct, field

from validator.errors import UsageError
from validator.http.api_key import ApiKey
from validator.model import Strength, Verdict
from validator.value import Value

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


class Capabilities(Value, Struct, frozen=True, kw_only=True):
    """What a gateway is and what it can do. The rest of the program knows nothing else about it.

    Attributes:
        name: its name in options, files and the ledger.
        title: its name in messages.
        key_variable: the environment variable that holds its key.
        url_variable: the environment variable that holds its base URL.
        session_variable: the environment variable that holds its session.
        default_url: the provider's public address; None if each user runs their own server.
        max_batch: the most numbers in one `check`.
        spelling: how it takes a number.
        names_numbers: whether its answers say which number they are about. If not, each check uses a new
            connection, so that no other answer can arrive on it.
        negatives: how far its "no" can be trusted.
        reports_limits: whether its responses carry rate limits.
        paces_checks_only: whether only checks count towards the rate limit.
        caches_yes: whether a "yes" may come from the gateway's own cache.
        default_session: the session if the user names none; empty if the user has to name one.
        has_session_status: whether `session_status` is offered.
        lists_sessions: whether `sessions` is offered.
        has_contacts: whether `contacts` is offered.
        has_limits: whether `limits` is offered.
        secret_in: where the key is in a request.
        link_again: what a person has to do if the session's phone is no longer linked.
        parse_key: makes a key from a text; raises `UsageError` if the text cannot be a key of this gateway.
        default_rate_per_min: the rate in requests a minute if the limit is not known.
        first_hold_s: the first wait after a rate refusal that names no wait; each further wait doubles.
        daily_cap: the most attempts a day through one session if the user sets no cap; None for no cap.
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
    reports_limits: bool = False
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
        """The numbers a minute of each plan; without plans, one entry for the default rate."""
        return self.plans or {"default": self.default_rate_per_min * self.max_batch}

    @property
    def url_setting(self) -> str:
        """The option and the variable for the base URL, for messages."""
        return f"--base-url or {self.url_variable}"

    def url_remedy(self, setting: str = "") -> str:
        """Return the sentence that says how to give a base URL; the argument is that of `no_address`."""
        example = self.default_url or "https://gateway.example"
        return f"Give one like {example} ({setting or self.url_setting})"

    def no_address(self, setting: str = "") -> UsageError:
        """Return the error for a gateway that needs a base URL if the user gives none.

        Args:
            setting: where the user sets it; by default the option and the variable.
        """
        return UsageError(
            f"{self.title} runs on a server of your own; say where, as in https://gateway.example "
            f"({setting or self.url_setting})"
        )

    def strength_of(self, verdict: Verdict) -> Strength:
        """Return how far a verdict of the gateway can be trusted."""
        return self.negatives if verdict is Verdict.NOT_REGISTERED else Strength.DEFINITE
