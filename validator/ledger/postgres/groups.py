"""A group of outcomes, written as one statement for each table; sorted, so that writers lock in one order."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from validator.ledger.finding_ids import FindingIds
    from validator.ledger.group import Group
    from validator.ledger.postgres.connection import Connection
    from validator.ledger.rows import NumberRow
    from validator.model import SessionRef

COLUMNS = "number, finding, checked_at_ms, attempts, whatsapp_id, failure, failed_at_ms, failed_attempts"
STAGING = """
    CREATE TEMPORARY TABLE staging (
        number bigint, finding integer, checked_at_ms bigint, attempts integer, whatsapp_id text,
        failure integer, failed_at_ms bigint, failed_attempts integer
    ) ON COMMIT DELETE ROWS
"""
COPY = f"COPY staging ({COLUMNS}) FROM STDIN"
# An answer comes without a failure and replaces both facts of the row; a failure comes without an answer.
UPSERT = f"""
    INSERT INTO numbers AS n ({COLUMNS}) SELECT {COLUMNS} FROM staging ORDER BY number
    ON CONFLICT (number) DO UPDATE SET
        finding = coalesce(excluded.finding, n.finding),
        checked_at_ms = coalesce(excluded.checked_at_ms, n.checked_at_ms),
        attempts = coalesce(excluded.attempts, n.attempts),
        whatsapp_id = CASE WHEN excluded.finding IS NULL THEN n.whatsapp_id ELSE excluded.whatsapp_id END,
        failure = excluded.failure,
        failed_at_ms = excluded.failed_at_ms,
        failed_attempts = excluded.failed_attempts
"""  # noqa: S608 - put together from constants
# Each writer deletes only its own leases, since a number is leased to one writer at a time.
END_LEASES = "DELETE FROM leases WHERE number IN (SELECT number FROM staging)"

ADD = """
    INSERT INTO unverified_negatives
    SELECT * FROM unnest(%s::text[], %s::text[], %s::bigint[], %s::bigint[])
"""
SPEND = """
    INSERT INTO spending AS s
    SELECT * FROM unnest(%s::text[], %s::text[], %s::bigint[], %s::bigint[]) ORDER BY 1, 2, 3
    ON CONFLICT (gateway, session, quarter) DO UPDATE SET attempts = s.attempts + excluded.attempts
"""

# A row is changed only while it still holds this answer: another session, or the same session again, may have
# answered since.
CHOSEN = """
    SELECT number FROM numbers JOIN unnest(%(unverified)s::integer[], %(confirmed)s::integer[])
        AS pair (unverified, confirmed) ON failure = pair.unverified
    WHERE number IN (
        SELECT number FROM unverified_negatives WHERE gateway = %(gateway)s AND session = %(session)s
        GROUP BY number HAVING max(ordinal) <= %(through)s
    )
    ORDER BY number
"""
CONFIRM = f"""
    UPDATE numbers n SET
        finding = pair.confirmed, checked_at_ms = n.failed_at_ms, attempts = n.failed_attempts,
        whatsapp_id = NULL, failure = NULL, failed_at_ms = NULL, failed_attempts = NULL
    FROM ({CHOSEN} FOR UPDATE OF numbers) chosen,
        unnest(%(unverified)s::integer[], %(confirmed)s::integer[]) AS pair (unverified, confirmed)
    WHERE n.number = chosen.number AND n.failure = pair.unverified
"""  # noqa: S608 - as above
REMOVE = """
    DELETE FROM unverified_negatives
    WHERE gateway = %(gateway)s AND session = %(session)s AND ordinal <= %(through)s
"""


class Confirmation(NamedTuple):
    """A session whose unverified negatives up to an ordinal are settled.

    Attributes:
        confirmed_of: the new finding's id, by the id of their present finding.
    """

    session: SessionRef
    through: int
    confirmed_of: Mapping[int, int]

    @property
    def parameters(self) -> dict[str, object]:
        """The parameters of the statements."""
        return {
            **self.session._asdict(),
            "through": self.through,
            "unverified": list(self.confirmed_of),
            "confirmed": list(self.confirmed_of.values()),
        }


class WrittenGroup(NamedTuple):
    """A group as rows, so that it can be written again if a connection is lost."""

    rows: Sequence[NumberRow]
    unverified: Sequence[tuple[str, str, int, int]]
    confirmations: Sequence[Confirmation]
    spending: Sequence[tuple[str, str, int, int]]

    @classmethod
    def of(cls, group: Group, ids: FindingIds) -> WrittenGroup:
        """Return the rows of a group; findings that are new are inserted."""
        return cls(
            _last_of_each(group.rows(ids)),
            list(group.unverified()),
            [Confirmation(ref, through, ids.confirmed(ref)) for ref, through in group.confirmed.items()],
            list(group.spending()),
        )

    def write(self, writing: Connection) -> None:
        """Write it, in one of the writer's transactions."""
        if self.rows:
            _upsert(writing, self.rows)
        if self.unverified:
            writing.execute(ADD, _columns_of(self.unverified))
        for confirmation in self.confirmations:
            writing.execute(CONFIRM, confirmation.parameters)
            writing.execute(REMOVE, confirmation.parameters)
        if self.spending:
            writing.execute(SPEND, _columns_of(self.spending))


def _upsert(writing: Connection, rows: Iterable[NumberRow]) -> None:
    with writing.cursor() as cursor, cursor.copy(COPY) as copy:
        for row in rows:
            copy.write_row(row)
    writing.execute(UPSERT)
    writing.execute(END_LEASES)


def invalidate(writing: Connection, chosen: Confirmation) -> list[int]:
    """Remove a session's unverified negatives from the table, in one of the writer's transactions.

    Returns:
        Their numbers, ascending, without those that have another answer since.
    """
    undecided = [number for (number,) in writing.execute(CHOSEN, chosen.parameters)]
    writing.execute(REMOVE, chosen.parameters)
    return undecided


def _last_of_each(rows: Iterable[NumberRow]) -> list[NumberRow]:
    """Return one row for each number: the result of writing all of its rows one after the other."""
    last: dict[int, NumberRow] = {}
    for row in rows:
        before = last.get(row.number)
        is_answer = row.finding is not None
        last[row.number] = row if before is None or is_answer else _with_failure(before, row)
    return list(last.values())


def _with_failure(before: NumberRow, row: NumberRow) -> NumberRow:
    return before._replace(
        failure=row.failure, failed_at_ms=row.failed_at_ms, failed_attempts=row.failed_attempts
    )


def _columns_of(rows: Sequence[tuple[str, str, int, int]]) -> list[list[str | int]]:
    return [list(column) for column in zip(*rows, strict=True)]
