"""Texts that the terminal and the page share, written for the people who run a campaign."""

from __future__ import annotations

import os
import shlex
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from msgspec import Struct

from validator.errors import Refused
from validator.model import Reason, Verdict
from validator.value import Value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from validator.reports.sample_summary import SampleSummary
    from validator.reports.summary import Summary

MINUTE_S = 60
HOUR_S = 60 * MINUTE_S
DAY_S = 24 * HOUR_S

# Shorter times are shown with tenths of a second.
WHOLE_SECONDS_FROM_S = 10

# The smallest percentage above 0, and the largest below 100, that one decimal can show.
LEAST_PERCENT = 0.1
MOST_PERCENT = 100 - LEAST_PERCENT

# A longer command is broken before each option, so that it can be copied from a narrow terminal.
COMMAND_WIDTH = 72

VERDICT_WORDS: Mapping[Verdict, str] = MappingProxyType(
    {
        Verdict.REGISTERED: "on WhatsApp",
        Verdict.NOT_REGISTERED: "not on WhatsApp",
        Verdict.INVALID: "no number that can be asked about",
        Verdict.UNKNOWN: "could not be determined, may be either",
        Verdict.SUPPRESSED: "must not be contacted",
    }
)

REASON_WORDS: Mapping[Reason, str] = MappingProxyType(
    {
        Reason.EMPTY: "the cell is empty",
        Reason.NOT_A_NUMBER: "the cell holds something else than a number",
        Reason.TOO_SHORT: "digits are missing",
        Reason.TOO_LONG: "there are too many digits",
        Reason.NO_COUNTRY: "a national number without a region; name one with --region",
        Reason.UNKNOWN_COUNTRY: "no country has this calling code",
        Reason.NOT_IN_PLAN: "the country's numbering plan has no such number",
        Reason.SPREADSHEET_DAMAGE: "a spreadsheet changed it; export the column again as text",
        Reason.SEVERAL_NUMBERS: "several numbers in the cell; split them, or name --several first or each",
        Reason.AMBIGUOUS: "two numbers can be meant; say with --numbers how the column is written",
        Reason.LANDLINE: "a landline, skipped as asked",
        Reason.REJECTED_BY_PROVIDER: "the provider calls the number invalid",
        Reason.NOT_ON_WHATSAPP: "the provider says that the number is not registered",
        Reason.NOT_ON_WHATSAPP_TWICE: "the provider has said twice that the number is not registered",
        Reason.SUPPRESSION_LIST: "on a suppression list",
        Reason.NOT_CHECKED: "the run ended before it was asked about",
        Reason.TIMEOUT: "no answer in time, in every attempt",
        Reason.NO_CONNECTION: "the provider could not be reached",
        Reason.SERVER_ERROR: "the provider failed, in every attempt",
        Reason.BAD_ANSWER: "the answers could not be used",
        Reason.REQUEST_REJECTED: "the provider did not accept the request",
        Reason.UNEXPECTED_STATUS: "an answer that is not in the provider's documentation",
        Reason.SESSION_DISCONNECTED: "the session was not connected",
        Reason.SESSION_SUSPECT: 'answered "no", but the session may be wrong; not confirmed so far',
        Reason.NOT_CONFIRMED: 'answered "no" once; a second check has not confirmed it so far',
    }
)


class Tone(StrEnum):
    """How good the result is. It sets only colours: the text has to say the same."""

    GOOD = "good"
    CAUTION = "caution"
    BAD = "bad"


class Step(Value, Struct, frozen=True):
    """Something to do next, and the lines of the command for it; empty if there is none."""

    text: str
    command: tuple[str, ...] = ()


def duration_text(seconds: float) -> str:
    """Return a duration in its two largest units: `0.4 s`, `42 s`, `12 min 5 s`, `1 h 23 min`, `3 d 4 h`."""
    tenths = round(float(seconds), 1)
    if tenths < WHOLE_SECONDS_FROM_S and not tenths.is_integer():
        return f"{tenths} s"
    if round(seconds) < HOUR_S:
        return _two_units(round(seconds), MINUTE_S, "min", "s")
    if round(seconds / MINUTE_S) * MINUTE_S < DAY_S:
        return _two_units(round(seconds / MINUTE_S), HOUR_S // MINUTE_S, "h", "min")
    return _two_units(round(seconds / HOUR_S), DAY_S // HOUR_S, "d", "h")


def share_text(part: float, whole: float) -> str:
    """Return `part` of `whole` in percent. 0 means none, and 100 means all; neither comes from rounding."""
    if whole <= 0:
        return "-"
    percent = 100 * part / whole
    if 0 < percent < LEAST_PERCENT:
        return f"< {LEAST_PERCENT} %"
    if part < whole and percent > MOST_PERCENT:
        return f"> {MOST_PERCENT} %"
    return f"{percent:.1f} %"


def count_text(count: int, singular: str, plural: str | None = None) -> str:
    """Return `1 row`, `1,200 rows`."""
    return f"{count:,} {singular if count == 1 else plural or singular + 's'}"


def rate_text(per_min: float) -> str:
    """Return a rate with one decimal, or none if that is 0: `300`, `297.4`, `0.5`."""
    return f"{per_min:,.1f}".removesuffix(".0")


def legible(text: str) -> str:
    r"""Return a file name or another text of the system, with bytes that are not UTF-8 shown as `\xfc`.

    Python represents such bytes as lone surrogates, which no file, ledger or terminal accepts. If the locale
    is not UTF-8, these are the bytes of every letter beyond ASCII.
    """
    if text.isascii() or not any("\ud800" <= char <= "\udfff" for char in text):
        return text
    return os.fsencode(text).decode("utf-8", "backslashreplace")


def printable(text: str) -> str:
    """Return a text without control characters, since file names and answers may contain escape codes."""
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)


def headline(summary: Summary) -> tuple[Tone, str]:
    """Return how the run ended, in one sentence, by its exit code."""
    unknown = count_text(summary.verdicts[Verdict.UNKNOWN], "row")
    because = (summary.stopped_because or "the reason was not recorded").removesuffix(".")
    match summary.exit_code:
        case 0 if not summary.verdicts[Verdict.UNKNOWN]:
            return Tone.GOOD, "Done: every row has its verdict."
        case 0 | 4:
            return Tone.CAUTION, f"Done, but {unknown} {_unknown_words(summary)}."
        case 5:
            return Tone.CAUTION, f"Stopped early: {because}. Nothing is lost."
        case 6:
            return Tone.BAD, f"Refused by the provider: {because}. Nothing is lost."
        case 129 | 130 | 143:
            return Tone.CAUTION, "Interrupted. What was in flight is recorded, nothing is lost."
        case code:
            return Tone.BAD, f"Ended with exit code {code}: {because}."


def _unknown_words(summary: Summary) -> str:
    """Return whether the unknown rows were asked about, as the end of a sentence."""
    not_asked = summary.reasons.get(Reason.NOT_CHECKED, 0) == summary.verdicts[Verdict.UNKNOWN]
    if not not_asked:
        return "could not be determined"
    return f"{'was' if summary.verdicts[Verdict.UNKNOWN] == 1 else 'were'} not asked about so far"


def sample_headline(sample: SampleSummary) -> tuple[Tone, str]:
    """Return the result of a sample in one sentence; first how it ended, if that was not normal."""
    because = (sample.stopped_because or "the reason was not recorded").removesuffix(".")
    found = _share_sentence(sample)
    match sample.exit_code:
        case 0:
            return Tone.GOOD if sample.sampled else Tone.CAUTION, found
        case 4:
            return Tone.CAUTION, f"{found} No answer for {sample.unknown:,} of the sample."
        case 5:
            return Tone.CAUTION, f"Stopped early: {because}. {found}"
        case 6:
            return Tone.BAD, f"Refused by the provider: {because}. {found}"
        case 129 | 130 | 143:
            return Tone.CAUTION, f"Interrupted. {found}"
        case code:
            return Tone.BAD, f"Ended with exit code {code}: {because}. {found}"


def _share_sentence(sample: SampleSummary) -> str:
    numbers = count_text(sample.distinct_numbers, "number")
    if not sample.sampled:
        return "The list has no number that may be asked about."
    if sample.share is None:
        return f"Nothing is known of the {numbers}: none of the sample was answered."
    if sample.is_whole:
        return f"{share_text(sample.share, 1)} of the {numbers} are on WhatsApp; all of them were answered."
    return f"About {share_text(sample.share, 1)} of {numbers} are on WhatsApp, {interval_text(sample)}."


def interval_text(sample: SampleSummary) -> str:
    """Return the confidence interval of the share: `between 66.9 % and 77.2 % (95 % interval)`."""
    low, high = (share_text(share or 0.0, 1) for share in (sample.share_low, sample.share_high))
    return f"between {low} and {high} ({100 * sample.confidence:.0f} % interval)"


def next_steps(summary: Summary) -> tuple[Step, ...]:
    """Return the next steps, in order: fix problems, run again, send."""
    steps = [Step(remedy) for remedy in summary.remedies]
    if summary.exit_code == Refused.exit_code:
        steps.append(
            Step(
                "Check the key, its plan and the session: the provider refuses further requests as they are."
            )
        )
    if summary.next_command:
        steps.append(Step("Ask only what is still missing:", command_lines(summary.next_command)))
    if summary.sendable and summary.sendable_rows:
        steps.append(_sending_step(summary))
    elif summary.send_command:
        text = "Write the recipients to send to into a separate file; no number is asked about:"
        steps.append(Step(text, command_lines(summary.send_command)))
    return tuple(steps)


def sample_steps(sample: SampleSummary) -> tuple[Step, ...]:
    """Return the next steps after a sample."""
    first = tuple(Step(remedy) for remedy in sample.remedies)
    if sample.next_command:
        return (*first, Step("Ask only what is still missing:", command_lines(sample.next_command)))
    if sample.check_command:
        text = "If that is worth it, check the whole list; the sample is not asked again:"
        return (*first, Step(text, command_lines(sample.check_command)))
    return first


def command_lines(command: str) -> tuple[str, ...]:
    """Return a shell command as lines to be copied together. A long one is broken before its options."""
    if len(command) <= COMMAND_WIDTH:
        return (command,)
    lines: list[list[str]] = [[]]
    for word in shlex.split(command):
        if word.startswith("-"):
            lines.append([])
        lines[-1].append(word)
    first, *rest = (shlex.join(words) for words in lines)
    return tuple(" \\\n    ".join((first, *rest)).splitlines())


def _sending_step(summary: Summary) -> Step:
    if summary.sendable_partial:
        return Step("Send to the sendable file now, or wait for the rest: it is partial.")
    return Step(f"Send to {count_text(summary.sendable_rows, 'recipient')} with the sendable file.")


def _two_units(count: int, per_large: int, large: str, small: str) -> str:
    whole, rest = divmod(count, per_large)
    parts = [f"{whole:,} {large}"] * bool(whole) + [f"{rest} {small}"] * bool(rest or not whole)
    return " ".join(parts)
