"""Leases: numbers that only one run asks about, for some time by the server's clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from validator.ledger.postgres.connection import Connection

TAKE = """
    INSERT INTO leases AS l (number, ends_at, holder)
    SELECT number, clock_timestamp() + %(seconds)s * interval '1 second', %(holder)s
    FROM unnest(%(numbers)s::bigint[]) AS wanted (number) ORDER BY number
    ON CONFLICT (number) DO UPDATE SET ends_at = excluded.ends_at, holder = excluded.holder
    WHERE l.ends_at <= clock_timestamp() OR l.holder = excluded.holder
    RETURNING number
"""
# A second statement, so that it sees the verdicts that others recorded before their leases were taken over.
DROP_FRESH = """
    DELETE FROM leases l USING unnest(%(numbers)s::bigint[]) AS taken (number)
        JOIN numbers n ON n.number = taken.number LEFT JOIN findings f ON f.id = n.finding
    WHERE l.number = taken.number AND (
        (n.checked_at_ms <= %(until)s::bigint AND n.checked_at_ms >= CASE f.verdict
            WHEN 'registered' THEN %(registered)s::bigint
            WHEN 'not_registered' THEN %(not_registered)s::bigint ELSE %(invalid)s::bigint END)
        OR (n.failed_at_ms <= %(until)s::bigint AND n.failed_at_ms >= %(unknown)s::bigint)
    )
    RETURNING l.number
"""
RELEASE = "DELETE FROM leases WHERE number = ANY (%s::bigint[]) AND holder = %s"


def lease(
    writing: Connection, numbers: Sequence[int], holder: str, seconds: float, from_ms: Mapping[str, int]
) -> list[int]:
    """Lease numbers, in one of the writer's transactions; return the leased ones in the given order."""
    wanted = list(map(int, numbers))
    asked = {"numbers": wanted, "holder": holder, "seconds": seconds}
    taken = {number for (number,) in writing.execute(TAKE, asked)}
    fresh = {number for (number,) in writing.execute(DROP_FRESH, {**from_ms, "numbers": list(taken)})}
    ours = taken - fresh
    return [number for number in wanted if number in ours]


def release(writing: Connection, numbers: Sequence[int], holder: str) -> None:
    """End a holder's leases of some numbers."""
    writing.execute(RELEASE, (list(map(int, numbers)), holder))
