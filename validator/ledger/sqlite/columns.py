"""Verdicts as columns, for lists of millions: no row becomes a Python object.

SQLite joins each column into one text of integers; the caller reads it as a CSV file of one column. A row of
three integers costs half a microsecond this way, and a tuple of eight cells three times that (measured,
`benchmarks/ledger.py`). The words that many numbers share are read once, as `rows.Finding`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from validator.ledger.values import KnownColumns

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Mapping, Sequence

# Larger chunks are not faster and need more memory (measured, benchmarks/ledger.py).
SCAN_ROWS = 50_000
LOOK_UP_ROWS = 10_000

# If a row has both facts, the answer is shown while it is fresh, then the failure. The subquery runs only for
# such rows; for every row it would double the time of a scan.
FACT = """
    CASE
        WHEN n.failure IS NULL THEN n.finding
        WHEN n.finding IS NULL OR n.checked_at_ms < (
            SELECT CASE verdict WHEN 'registered' THEN :registered WHEN 'not_registered' THEN :not_registered
                ELSE :invalid END
            FROM findings WHERE id = n.finding
        ) OR n.checked_at_ms > :until THEN n.failure
        ELSE n.finding
    END
"""
# CROSS JOIN keeps SQLite from reversing the order of the loops (sqlite.org/lang_select.html).
WANTED = "json_each(:wanted) w CROSS JOIN numbers n ON n.number = w.value"
COLUMNS = f"""
    SELECT max(number), group_concat(number, '\n'), group_concat(fact, '\n'),
        group_concat(CASE fact WHEN failure THEN failed_at_ms ELSE checked_at_ms END, '\n'),
        json_group_array(json_array(number, whatsapp_id)) FILTER (WHERE whatsapp_id IS NOT NULL)
    FROM (
        SELECT n.number, {FACT} AS fact, n.checked_at_ms, n.failure, n.failed_at_ms, n.whatsapp_id
        FROM {{rows}}
    )
"""  # noqa: S608 - put together from constants
SCAN = COLUMNS.format(
    rows="numbers n WHERE n.number > :after AND n.number <= :last ORDER BY n.number LIMIT :rows"
)
LOOK_UP = COLUMNS.format(rows=WANTED)


def scan(
    reading: sqlite3.Connection, from_ms: Mapping[str, int], first: int, last: int, rows: int = SCAN_ROWS
) -> Iterator[KnownColumns]:
    """Yield the facts from one number to another, ascending, in one pass, `rows` rows at a time."""
    after = first - 1
    while found := _columns(reading, SCAN, {**from_ms, "after": after, "last": last, "rows": rows}):
        after, columns = found
        yield columns


def look_up(
    reading: sqlite3.Connection, from_ms: Mapping[str, int], wanted: Sequence[int], rows: int = LOOK_UP_ROWS
) -> Iterator[KnownColumns]:
    """Yield the facts of some numbers, distinct and ascending, in chunks."""
    for start in range(0, len(wanted), rows):
        part = json.dumps(wanted[start : start + rows])
        if found := _columns(reading, LOOK_UP, {**from_ms, "wanted": part}):
            yield found[1]


def _columns(
    reading: sqlite3.Connection, query: str, asked: Mapping[str, int | str]
) -> tuple[int, KnownColumns] | None:
    """Return the last number and the columns, or None if there is no fact."""
    last, numbers, findings, at_ms, other_ids = reading.execute(query, asked).fetchone()
    return None if last is None else (last, KnownColumns(numbers, findings, at_ms, json.loads(other_ids)))
