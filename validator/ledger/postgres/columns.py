"""Known verdicts as columns and as rows, read in pages of a bounded size.

The server joins each column of a page into one text of integers, as SQLite does
(`validator.ledger.sqlite.columns`). A page begins after the last number of the page before, so that a
connection lost between two pages costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from validator.ledger.values import OWN_ID_SUFFIX, FactRow, KnownColumns

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from validator.ledger.postgres.link import Link

SCAN_ROWS = 50_000
LOOK_UP_ROWS = 10_000
PAGE_ROWS = 5_000
CHUNK_ROWS = 500

# As in SQLite's ledger: show the answer while it is fresh, then the failure.
FACT = """
    CASE
        WHEN n.failure IS NULL THEN n.finding
        WHEN n.finding IS NULL OR n.checked_at_ms < (
            SELECT CASE verdict WHEN 'registered' THEN %(registered)s::bigint
                WHEN 'not_registered' THEN %(not_registered)s::bigint ELSE %(invalid)s::bigint END
            FROM findings WHERE id = n.finding
        ) OR n.checked_at_ms > %(until)s::bigint THEN n.failure
        ELSE n.finding
    END
"""
# A join, since the server would search all partitions for each number of a list.
WANTED = "unnest(%(wanted)s::bigint[]) w (number) JOIN numbers n ON n.number = w.number"
BETWEEN = "numbers n WHERE n.number > %(after)s AND n.number <= %(last)s ORDER BY n.number LIMIT %(rows)s"
COLUMNS = f"""
    SELECT max(number), string_agg(number::text, E'\\n'), string_agg(fact::text, E'\\n'),
        string_agg((CASE fact WHEN failure THEN failed_at_ms ELSE checked_at_ms END)::text, E'\\n'),
        coalesce(
            json_agg(json_build_array(number, whatsapp_id)) FILTER (WHERE whatsapp_id IS NOT NULL), '[]'
        )
    FROM (
        SELECT n.number, {FACT} AS fact, n.checked_at_ms, n.failure, n.failed_at_ms, n.whatsapp_id
        FROM {{rows}}
    ) page
"""  # noqa: S608 - put together from constants
SCAN = COLUMNS.format(rows=BETWEEN)
LOOK_UP = COLUMNS.format(rows=f"{WANTED} ORDER BY n.number")

KNOWN = f"""
    SELECT n.number, f.verdict, f.reason,
        CASE WHEN f.id = n.failure THEN NULL WHEN f.own_id THEN n.number::text || '{OWN_ID_SUFFIX}'
            ELSE n.whatsapp_id END,
        f.source, f.gateway, f.session,
        CASE f.id WHEN n.failure THEN n.failed_attempts ELSE n.attempts END,
        CASE f.id WHEN n.failure THEN n.failed_at_ms ELSE n.checked_at_ms END,
        f.strength
    FROM (SELECT n.*, {FACT} AS fact FROM {{rows}}) n JOIN findings f ON f.id = n.fact ORDER BY n.number
"""  # noqa: S608 - put together from constants
KNOWN_BETWEEN = KNOWN.format(rows=BETWEEN)
KNOWN_OF = KNOWN.format(rows=WANTED)


def scan(link: Link, from_ms: Mapping[str, int], first: int, last: int) -> Iterator[KnownColumns]:
    """Yield the facts from one number to another, ascending, a page at a time."""
    after = first - 1
    while found := _page(link, SCAN, {**from_ms, "after": after, "last": last, "rows": SCAN_ROWS}):
        after, columns = found
        yield columns


def look_up(link: Link, from_ms: Mapping[str, int], wanted: Sequence[int]) -> Iterator[KnownColumns]:
    """Yield the facts of some numbers, distinct and ascending, in chunks."""
    for start in range(0, len(wanted), LOOK_UP_ROWS):
        part = list(wanted[start : start + LOOK_UP_ROWS])
        if found := _page(link, LOOK_UP, {**from_ms, "wanted": part}):
            yield found[1]


def _page(link: Link, query: str, asked: Mapping[str, Any]) -> tuple[int, KnownColumns] | None:
    """Return the last number and the columns, or None if there is no fact."""
    [(last, *columns)] = link.rows(query, asked)
    return None if last is None else (last, KnownColumns(*columns))


def rows_between(link: Link, from_ms: Mapping[str, int], last: int) -> Iterator[list[FactRow]]:
    """Yield the rows of all numbers up to one, ascending, in chunks of at most 500."""
    after = -1
    while page := link.rows(KNOWN_BETWEEN, {**from_ms, "after": after, "last": last, "rows": PAGE_ROWS}):
        after = page[-1][0]
        yield from FactRow.chunks(page, CHUNK_ROWS)


def rows_of(link: Link, from_ms: Mapping[str, int], wanted: Sequence[int]) -> Iterator[list[FactRow]]:
    """Yield the rows of some numbers, distinct and ascending, in chunks of at most 500."""
    for start in range(0, len(wanted), PAGE_ROWS):
        part = list(wanted[start : start + PAGE_ROWS])
        yield from FactRow.chunks(link.rows(KNOWN_OF, {**from_ms, "wanted": part}), CHUNK_ROWS)
