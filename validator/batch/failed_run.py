"""Records the end of a run that an error has ended; without it the run would look like a killed one."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from validator.errors import LedgerError, ValidatorError, innermost
from validator.local_time import unix_ms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from validator.ledger import Ledger


@contextmanager
def failure_recorded(ledger: Ledger, run_id: Callable[[], int]) -> Iterator[None]:
    """Record in the ledger that a run has ended, with the exit code of the error that ends it in the block.

    Does nothing after a bug, or if the ledger itself has failed.

    Args:
        ledger: the ledger with the run.
        run_id: returns the id of the run; 0 if it has not begun.
    """
    try:
        yield
    except Exception as error:
        cause = innermost(error)
        if run_id() and isinstance(cause, ValidatorError) and not isinstance(cause, LedgerError):
            with suppress(LedgerError):  # the error that ended the run is the one to show
                ledger.finish_run(run_id(), unix_ms(datetime.now(UTC)), cause.exit_code, None)
        raise
