"""How many messages would fail if they were sent to the whole list, without a check."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from validator.model import Reason, Verdict

if TYPE_CHECKING:
    from validator.reports.summary import Summary

# The verdict is "invalid", but a message may arrive: a landline can have WhatsApp, and the sending program
# may read an ambiguous cell correctly.
_MAY_ARRIVE = (Reason.LANDLINE, Reason.AMBIGUOUS)


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeSend:
    """The messages if one is sent to each row that is not empty and not suppressed.

    Attributes:
        messages: the number of messages.
        fails: messages that certainly fail: not on WhatsApp, or no number.
        undecided: messages with an unknown result.
        expected: messages that probably fail: `fails`, and the share of the undecided ones that equals the
            share of "no" among the answers.
    """

    messages: int
    fails: int
    undecided: int
    expected: int

    @property
    def at_most(self) -> int:
        """The messages that fail if all undecided ones fail."""
        return self.fails + self.undecided


def whole_send(summary: Summary) -> WholeSend:
    """Return the expected result of sending to the whole list."""
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
