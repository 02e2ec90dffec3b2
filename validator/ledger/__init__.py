"""The durable record of each number: crash journal, resume point and cache in one.

`open_ledger` and `read` open the ledger at a location; `registry` maps the location to its kind.

- `ledger`: the interface that a run needs, for reading and for writing.
- `values`, `rows`, `selection`, `stats`: what is written and read.
- `group`, `finding_ids`: code that all kinds share.
- `folder`, `lock`: files that only the owner can read; one process at a time.
- `sqlite/`: one file, one writer.
- `postgres/`: a database for several machines.
"""

from validator.ledger.folder import make_folder
from validator.ledger.ledger import Ledger, LedgerReader
from validator.ledger.lock import Hold, Lock, NothingToLose
from validator.ledger.registry import hold_keys, open_ledger, read
from validator.ledger.rows import Finding
from validator.ledger.selection import Purged, Selection
from validator.ledger.sqlite.connection import SQLITE_VERSION, loses_commits
from validator.ledger.sqlite.location import LEDGER_PARTS, wider_modes
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
    "Lock",
    "NothingToLose",
    "Purged",
    "RunRecord",
    "Selection",
    "UnverifiedNegative",
    "hold_keys",
    "loses_commits",
    "make_folder",
    "open_ledger",
    "read",
    "wider_modes",
]
