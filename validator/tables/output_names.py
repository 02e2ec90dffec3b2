"""Whether the name of an output says what the file will hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from validator.errors import UsageError
from validator.tables.files.compression import inner_suffix, is_packed_name
from validator.tables.formats import FORMATS

if TYPE_CHECKING:
    from pathlib import Path

# Endings that promise no format: the file has the format of the list, or is CSV.
_PLAIN = frozenset(
    f".{word}"
    for word in (
        *("dat", "data", "out", "list", "lst", "log", "text", "asc", "psv"),
        *("tmp", "part", "new", "old", "bak", "orig", "checked", "send"),
    )
)
# The format that comes closest to what is only read.
_CLOSEST = {".json": "ndjson", ".vcf": "csv", **dict.fromkeys((".xls", ".xlsm", ".xlsb", ".ods"), "excel")}


def require_written_ending(option: str, path: Path, format: str | None, *, like: Path | None = None) -> None:  # noqa: A002 - the option's own word
    """Raise `UsageError` if the name of an output promises a format that is not written.

    Args:
        option: the option that names the file.
        path: the file.
        format: the format that was chosen; any name is right then.
        like: the list; its own ending is right if it names no format.
    """
    ending = inner_suffix(path)
    fitting = [one for one in FORMATS.values() if one.packable or not is_packed_name(path)]
    written = [suffix for one in fitting for suffix in one.suffixes]
    is_of_list = like is not None and ending == inner_suffix(like) and ending not in _CLOSEST
    if format is not None or ending in written or is_of_list or not _promises(ending):
        return
    raise UsageError(
        f"{option} {path} has the ending {ending}, which no format has that is written; these are: "
        f"{', '.join(written)}. Name the file so, or choose its content with --format "
        f"{_CLOSEST.get(ending) or ' or '.join(one.name for one in fitting)}"
    )


def _promises(ending: str) -> bool:
    """Whether an ending is the name of a format; a date or a version, as in `leads.2026`, is none."""
    return ending not in _PLAIN and any(char.isalpha() for char in ending)
