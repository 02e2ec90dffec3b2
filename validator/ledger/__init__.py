"""The durable record of each number: crash journal, resume point and cache in one.

`open_ledger` and `read` open the ledger at a location, `registry` says of which kind.

- `ledger`: what a run needs of a ledger, to read and to write.
- `values`, `rows`, `selection`, `stats`: what goes in and comes out.
- `group`, `finding_ids`: what all kinds share.
- `folder`, `lock`: files of the owner alone; one process at a time.
- `sqlite/`: one file, one writer.
"""

from validator.ledger.folder import make_folder
from validator.ledger.ledger import Ledger, LedgerReader
from validator.ledger.lock import Hold, Lock, NothingToLose
from validator.ledger.registry import hold_keys, open_ledger, read
from validator.ledger.rows import Finding
from validator.ledger.selection import Purged, Selection
from validator.ledger.sqlite.connection import SQLITE_VERSION, loses_commits
from validator.ledger.sqlite.location import LEDGER_PARTS, wider_modes
from validator.ledger.stats import LedgerStats, SessionStats
from validator.ledger.values import (
    LARGEST,
    OWN_ID_SUFFIX,
    FactRow,
    KnownColumns,
    RunRecord,
    UnverifiedNegative,
)

__all__ = [
    "LARGEST",
    "LEDGER_PARTS",
    "OWN_ID_SUFFIX",
    "SQLITE_VERSION",
    "FactRow",
    "Finding",
    "Hold",
    "KnownColumns",
    "Ledger",
    "LedgerReader",
    "LedgerStats",
    "Lock",
    "NothingToLose",
    "Purged",
    "RunRecord",
    "Selection",
    "SessionStats",
    "UnverifiedNegative",
    "hold_keys",
    "loses_commits",
    "make_folder",
    "open_ledger",
    "read",
    "wider_modes",
]
