"""The main result of a report in one sentence: how many recipients can be sent to."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

from validator.model import Verdict
from validator.reports.wording import count_text, share_text

if TYPE_CHECKING:
    from validator.reports.summary import Summary


def answer_sentence(summary: Summary) -> str:
    """Return how many recipients can be sent to, and the file with them."""
    registered, rows = summary.verdicts[Verdict.REGISTERED], count_text(summary.rows, "row")
    if not registered:
        return f"There is nobody to send to: none of {rows} is known to be on WhatsApp."
    if summary.sendable is None:
        share = share_text(registered, summary.rows)
        return f"{registered:,} of {rows} ({share}) can be sent to: they are on WhatsApp."
    far = "So far, " * summary.sendable_partial
    recipients = count_text(summary.sendable_rows, "recipient")
    return f"{far}{recipients} of {rows} can be sent to: they are in {PurePath(summary.sendable).name}."


def answer_note(summary: Summary) -> str:
    """Return a note to the sentence, or empty."""
    if summary.sendable is None and summary.verdicts[Verdict.REGISTERED]:
        return "To get them as a file, each number once, run the check with --sendable FILE."
    if summary.sendable_partial:
        return "The run ended before all numbers were asked about; the next run adds the missing ones."
    return ""
