"""Evidence of how the cells of one part of a list are written. The evidence of several parts can be added."""

from __future__ import annotations

from typing import TYPE_CHECKING

from validator.batch.recipients.column_evidence import ColumnEvidence
from validator.batch.recipients.recipients import cells_read, gathered
from validator.pipeline import ahead

if TYPE_CHECKING:
    from collections.abc import Callable

    from validator.batch.recipients.recipients import Reading
    from validator.tables import Table


def evidence_of(table: Table, reading: Reading, on_progress: Callable[[int], None]) -> ColumnEvidence:
    """Return the evidence of how the cells of a list, or of a part of it, are written.

    Args:
        table: the list, or the part.
        reading: how its cells are read.
        on_progress: called with the number of rows read so far.

    Raises:
        FileError: a row cannot be read.
    """
    shown, rows = ColumnEvidence(), 0
    for batch in ahead(gathered(table.batches(reading.wanted))):
        shown += ColumnEvidence.of(cells_read(batch, reading))
        rows += batch.height
        on_progress(rows)
    return shown
