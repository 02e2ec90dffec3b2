"""Asks about known positives, to find out whether a session lies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field

from validator.errors import Refused

if TYPE_CHECKING:
    from validator.model import Number

# Some accounts are closed over time: after one canary's "no" several known positives are asked about.
KNOWN_POSITIVES = 5


class Verification(Struct):
    """Asks about known positives while nothing else starts.

    Attributes:
        left: those still to ask about.
        asked: how many are asked about in total.
        yes: how many the session calls registered.
        no: those it answers "no" about, or calls invalid.
    """

    left: list[Number]
    asked: int
    yes: int = 0
    no: list[Number] = field(default_factory=list)

    def take(self, number: Number, *, registered: bool) -> None:
        """Record the answer about one of them."""
        self.left.remove(number)
        self.yes += registered
        self.no += [] if registered else [number]

    @property
    def shows_lies(self) -> bool:
        """Whether most of them are denied."""
        return 2 * len(self.no) > self.asked

    @property
    def shows_truth(self) -> bool:
        """Whether half of them or more are answered "yes"."""
        return 2 * self.yes >= self.asked

    def error(self, session: str) -> Refused:
        """Return the error that explains why the session is given up."""
        return Refused(
            f'session {session} answers "no" about {len(self.no)} of {self.asked} numbers known to be '
            "registered, or calls them invalid, so it cannot be believed; what it said since it last told "
            "the truth is unknown again. See that its phone is online and linked (`validator sessions`), "
            "then run the same command again. If those numbers have left WhatsApp, name another one with "
            "--canary"
        )
