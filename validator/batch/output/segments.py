"""Segments of the output in files of their own: the sendable file, and one for each of other verdicts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from validator.batch.output.hints import hint
from validator.batch.verdict_columns import HINT, prefixed, segment_columns, with_columns_of
from validator.model import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import AbstractContextManager, ExitStack

    import polars as pl

    from validator.tables import Table, Writer

    OpenWriter = Callable[[pl.Schema], AbstractContextManager[Writer]]

# These segments have each recipient once. In other segments, each row has to be corrected or checked again.
_ONCE = frozenset({Verdict.REGISTERED, Verdict.NOT_REGISTERED})


class Segment(Struct, frozen=True):
    """The open file with the rows of one verdict.

    Attributes:
        verdict: the verdict of its rows.
        columns: the added columns that it has.
        prefix: put before the names of these columns.
        writer: writes the rows.
    """

    verdict: Verdict
    columns: tuple[str, ...]
    prefix: str
    writer: Writer

    def write(self, rows: pl.DataFrame, answers: pl.DataFrame, once: pl.Series) -> int:
        """Write the rows of the segment; return how many.

        Args:
            rows: the list's own cells.
            answers: the added columns of each row.
            once: a mask that selects one row for each recipient.
        """
        chosen = answers["verdict"] == self.verdict.value
        chosen = chosen & once if self.verdict in _ONCE else chosen
        added = answers.filter(chosen)
        added = added.with_columns(hint()) if HINT in self.columns else added
        self.writer.write(rows.filter(chosen).hstack(prefixed(added.select(self.columns), self.prefix)))
        return added.height


def open_segments(
    files: ExitStack, segments: Mapping[Verdict, OpenWriter], table: Table, prefix: str, extras: Sequence[str]
) -> list[Segment]:
    """Open the file of each segment; `files` closes them."""
    opened = []
    for verdict, open_writer in segments.items():
        columns = segment_columns(verdict, extras)
        writer = files.enter_context(open_writer(with_columns_of(table, prefix, columns)))
        opened.append(Segment(verdict, tuple(columns), prefix, writer))
    return opened
