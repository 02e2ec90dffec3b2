"""What a part of a list shows of how its cells were meant; what the parts show adds up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from validator.batch.prefetch import ahead
from validator.batch.recipients.column_evidence import ColumnEvidence
from validator.batch.recipients.recipients import cells_read, gathered

if TYPE_CHECKING:
    from collections.abc import Callable

    from validator.batch.recipients.recipients import Reading
    from validator.tables import Table


def evidence_of(table: Table, reading: Reading, on_progress: Callable[[int], None]) -> ColumnEvidence:
    """Return what a list, or a part of one, shows of how its cells were meant.

    Args:
        table: the list.
        reading: how its cells are to be read.
        on_progress: called with the rows read so far.

    Raises:
        FileError: a row cannot be read.
    """
    shown, rows = ColumnEvidence(), 0
    for batch in ahead(gathered(table.batches(reading.wanted))):
        shown += ColumnEvidence.of(cells_read(batch, reading))
        rows += batch.height
        on_progress(rows)
    return shown
