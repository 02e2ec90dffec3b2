"""The values that are written to a ledger and read from it, for all kinds of storage."""

from __future__ import annotations

from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple, Self

from msgspec import Struct

from validator.model import Strength, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

OWN_ID_SUFFIX = "@s.whatsapp.net"

QUARTER_HOUR_MS = 900_000

LARGEST = 2**63 - 1
"""The largest number and the latest time that a ledger can hold."""


class FactRow(NamedTuple):
    """One fact about a number, in the words of `Outcome`; the reason is None for `registered`.

    Attributes:
        number: the digits of the number.
        whatsapp_id: the account's id, or None; a failure has none.
        gateway: the gateway of the session; empty if none was asked, or if it is not known.
        session: the session that was asked; empty if none was.
        attempts: HTTP exchanges spent.
        checked_at_ms: the time of the check, in milliseconds since the Unix epoch.
        strength: how far the verdict can be trusted.
    """

    number: int
    verdict: str
    reason: str | None
    whatsapp_id: str | None
    source: str
    gateway: str
    session: str
    attempts: int
    checked_at_ms: int
    strength: str = Strength.DEFINITE.value

    @classmethod
    def chunks(cls, rows: Iterable[tuple[object, ...]], size: int) -> Iterator[list[Self]]:
        """Yield rows with the fields in this order, in chunks of at most `size`."""
        # Like `_make` without its check of the length, which takes as long as the rest.
        named = map(partial(tuple.__new__, cls), rows)
        while chunk := list(islice(named, size)):
            yield chunk


class KnownColumns(NamedTuple):
    r"""Some known numbers: three texts of integers, one a line (`\n` between them), and a few pairs.

    Attributes:
        numbers: the numbers, ascending.
        findings: for each of them the id of the finding to show; `LedgerReader.findings` returns the
            findings.
        at_ms: for each of them the time of that finding, in milliseconds since the Unix epoch.
        other_ids: number and WhatsApp id of those whose last answer had an id that is not the number's own.
    """

    numbers: str
    findings: str
    at_ms: str
    other_ids: list[list[int | str]]


class UnverifiedNegative(NamedTuple):
    """A number that a session has answered "no" about, and nothing has confirmed this answer yet.

    Attributes:
        ordinal: its place among the session's "no"s.
        number: the number.
        at_ms: when it was answered, in milliseconds since the Unix epoch.
    """

    ordinal: int
    number: int
    at_ms: int


class RunRecord(Struct, frozen=True):
    """One run as the ledger stores it; the last three fields are None if the run was killed."""

    id: int
    command: str
    input_name: str
    started_at_ms: int
    finished_at_ms: int | None
    exit_code: int | None
    summary_json: str | None


def cutoffs(fresh_from_ms: Mapping[Verdict, int] | None, until_ms: int) -> dict[str, int]:
    """Return the earliest fresh time for each verdict, and the latest, as parameters of queries."""
    given = {str(verdict): at_ms for verdict, at_ms in (fresh_from_ms or {}).items()}
    return {str(verdict): 0 for verdict in Verdict} | given | {"until": until_ms}
