"""What a send to the whole list would meet, against a send to the sendable file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from validator.model import Reason, Verdict

if TYPE_CHECKING:
    from validator.reports.summary import Summary

# Invalid for us, and yet a message may arrive: a landline can have WhatsApp, and a program that sends may
# read an ambiguous cell rightly.
_MAY_ARRIVE = (Reason.LANDLINE, Reason.AMBIGUOUS)


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeSend:
    """One message to each row of the list that has something in its cell and is not suppressed.

    Attributes:
        messages: how many these are.
        fails: those that fail for certain: not on WhatsApp, or no number.
        undecided: those about which nothing is known.
        expected: those likely to fail: the open ones in the share in which the others were answered "no".
    """

    messages: int
    fails: int
    undecided: int
    expected: int

    @property
    def at_most(self) -> int:
        """Those that fail if every open one does."""
        return self.fails + self.undecided


def whole_send(summary: Summary) -> WholeSend:
    """Return what a send to the whole list would meet."""
    verdicts, reasons = summary.verdicts, summary.reasons
    yes, no = verdicts[Verdict.REGISTERED], verdicts[Verdict.NOT_REGISTERED]
    may_arrive = sum(reasons.get(reason, 0) for reason in _MAY_ARRIVE)
    fails = no + verdicts[Verdict.INVALID] - reasons.get(Reason.EMPTY, 0) - may_arrive
    undecided = verdicts[Verdict.UNKNOWN] + may_arrive
    share = no / (yes + no) if yes + no else 0.5
    return WholeSend(
        messages=yes + fails + undecided,
        fails=fails,
        undecided=undecided,
        expected=round(fails + share * undecided),
    )
