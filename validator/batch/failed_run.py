"""Records the end of a run that an error has ended; without it the run would look like a killed one."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from validator.errors import LedgerError, ValidatorError, innermost
from validator.local_time import unix_ms

if TYPE_CHECKING:
    from validator.ledger import Ledger


def record_failure(ledger: Ledger, run_id: int, error: Exception) -> None:
    """Record in the ledger that a run has ended now, with the exit code of the error.

    Does nothing after a bug, or if the ledger itself has failed.
    """
    cause = innermost(error)
    if isinstance(cause, ValidatorError) and not isinstance(cause, LedgerError):
        with suppress(LedgerError):  # the error that ended the run is the one to show
            ledger.finish_run(run_id, unix_ms(datetime.now(UTC)), cause.exit_code, None)
