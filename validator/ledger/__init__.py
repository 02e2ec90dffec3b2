"""The durable record of each number: crash journal, resume point and cache in one.

One process writes (`Ledger`), any number read (`read`). The file is SQLite; `schema` says what is in it.
"""

from validator.ledger.lock import Lock
from validator.ledger.sqlite.columns import KnownColumns
from validator.ledger.sqlite.connection import SQLITE_VERSION, loses_commits
from validator.ledger.sqlite.facts import FactRow
from validator.ledger.sqlite.location import LEDGER_PARTS, make_folder, wider_modes
from validator.ledger.sqlite.purging import Purged, Selection
from validator.ledger.sqlite.reader import LedgerReader, RunRecord, UnverifiedNegative, read
from validator.ledger.sqlite.rows import Finding
from validator.ledger.sqlite.schema import OWN_ID_SUFFIX
from validator.ledger.sqlite.stats import LedgerStats, SessionStats
from validator.ledger.sqlite.writer import Ledger

__all__ = [
    "LEDGER_PARTS",
    "OWN_ID_SUFFIX",
    "SQLITE_VERSION",
    "FactRow",
    "Finding",
    "KnownColumns",
    "Ledger",
    "LedgerReader",
    "LedgerStats",
    "Lock",
    "Purged",
    "RunRecord",
    "Selection",
    "SessionStats",
    "UnverifiedNegative",
    "loses_commits",
    "make_folder",
    "read",
    "wider_modes",
]
