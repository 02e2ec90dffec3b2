"""The uploaded lists, each in its own folder with the user's choices and the results.

    lists/ID/list.json        the choices, and the results of the last sample and check
    lists/ID/NAME.xlsx        the list
    lists/ID/out/             the files that the check has written

The ledger has the answers. With it these files are enough to resume after the process was killed.
"""

from __future__ import annotations

import json
import re
import secrets
import shutil
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from validator.batch.library_options import FileTargets
from validator.batch.recipients.job import checked_name
from validator.errors import UsageError
from validator.ledger import make_folder
from validator.model import Verdict
from validator.phone import Numbers
from validator.tables import ending_beside, ending_of, output_ending, replacing

if TYPE_CHECKING:
    from collections.abc import Mapping

Kind: TypeAlias = Literal["sample", "check"]
"""The kinds of runs."""

_ID = re.compile(r"[0-9a-f]{16}")
_RECORD = "list.json"
_OUT = "out"
REPORT = "report.html"


class Missing(LookupError):
    """There is no such list or file."""


class RunState(StrEnum):
    """The state of a run. After a killed process the stored state may still be `RUNNING`."""

    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class LastRun:
    """The last sample or check of a list.

    Attributes:
        state: its state.
        why: why it failed, with a remedy; empty if it did not.
        tone: how to show its end: `good`, `caution` or `bad`.
        answer: its result, in one sentence.
        headline: how it ended, in one sentence.
        facts: details of the result, by name.
        verdicts: rows by verdict.
    """

    state: RunState
    why: str = ""
    tone: str = ""
    answer: str = ""
    headline: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
    verdicts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """The user's choices for a list, as text; an empty text is the default.

    Attributes:
        column: the phone column.
        region: the region of numbers without a country code; `auto` finds the column of regions.
        numbers: the form of numbers without a plus.
        sheet: the sheet of a workbook.
        several: how cells with several numbers are read.
        session: the session to check through.
        rate: requests a minute, or `auto`.
        limit: the most numbers to ask about.
        size: the count of numbers in a sample.
    """

    column: str = ""
    region: str = ""
    numbers: str = ""
    sheet: str = ""
    several: str = ""
    session: str = ""
    rate: str = ""
    limit: str = ""
    size: str = ""

    @property
    def reading(self) -> tuple[str, ...]:
        """The choices that decide which number a row has."""
        return (self.column, self.region, self.numbers or Numbers.AUTO.value, self.sheet, self.several)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredList:
    """An uploaded list.

    Attributes:
        id: the name of its folder.
        name: the name of its file.
        made_at: the time of the upload, ISO 8601, UTC.
        choices: how it is read and asked about.
        sample: the last sample of it, or None.
        check: the last check of it, or None.
    """

    id: str
    name: str
    made_at: str
    choices: Choices = field(default_factory=Choices)
    sample: LastRun | None = None
    check: LastRun | None = None

    def with_run(self, kind: Kind, last: LastRun) -> StoredList:
        """Return the list with a new last run."""
        return replace(self, sample=last) if kind == "sample" else replace(self, check=last)

    @classmethod
    def from_json(cls, found: dict[str, Any]) -> StoredList:
        """Return the list from the form that `asdict` gives."""
        runs = {kind: _run_from(found[kind]) for kind in ("sample", "check")}
        return cls(**{**found, **runs, "choices": Choices(**found["choices"])})


def _run_from(found: dict[str, Any] | None) -> LastRun | None:
    return None if found is None else LastRun(**{**found, "state": RunState(found["state"])})


class Lists:
    """The lists in a folder, which one process at a time may use.

    Args:
        folder: the page's folder; it is created so that only its owner can read it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "lists"
        make_folder(folder)
        make_folder(self._folder)
        self._remove_leftovers()

    def _remove_leftovers(self) -> None:
        """Remove incomplete lists that a killed process has left."""
        for one in self._folder.iterdir():
            if not (one / _RECORD).exists():
                shutil.rmtree(one)

    def all(self) -> list[StoredList]:
        """Return all lists, the latest first."""
        found = [self.get(one.name) for one in self._folder.iterdir()]
        return sorted(found, key=lambda one: one.made_at, reverse=True)

    def get(self, id: str) -> StoredList:  # noqa: A002 - as the field
        """Return one list.

        Raises:
            Missing: there is no such list.
        """
        try:
            text = (self._of(id) / _RECORD).read_text(encoding="utf-8")
        except FileNotFoundError:
            raise Missing from None
        return StoredList.from_json(json.loads(text))

    def add(self, name: str, file: Path) -> StoredList:
        """Move a file here as a new list.

        Raises:
            FileError: the file's name has no known format.
        """
        stored = StoredList(
            id=secrets.token_hex(8), name=plain_name(name), made_at=datetime.now(UTC).isoformat()
        )
        checked_name(self.source(stored), None)
        for folder in (self._of(stored.id), self._of(stored.id) / _OUT):
            make_folder(folder)
        file.rename(self.source(stored))
        self.save(stored)
        return stored

    def save(self, stored: StoredList) -> StoredList:
        """Write a list's record, and return the list."""
        with replacing(self._of(stored.id) / _RECORD) as out:
            out.write(json.dumps(asdict(stored), ensure_ascii=False).encode())
        return stored

    def choose(self, stored: StoredList, choices: Choices) -> StoredList:
        """Save choices; if the list is read in another way, its results are deleted."""
        if choices.reading == stored.choices.reading:
            return self.save(replace(stored, choices=choices))
        for path in self.files(stored).values():
            path.unlink()
        return self.save(replace(stored, choices=choices, sample=None, check=None))

    def remove(self, stored: StoredList) -> None:
        """Remove a list and its results; the ledger keeps the answers."""
        shutil.rmtree(self._of(stored.id))

    def source(self, stored: StoredList) -> Path:
        """Return the file of a list."""
        return self._of(stored.id) / stored.name

    def targets(self, stored: StoredList) -> FileTargets:
        """Return which files a check writes: those of `validator check` with `--sendable` and `--split`."""
        out, source = self._of(stored.id) / _OUT, self.source(stored)
        return FileTargets(
            output=out / checked_name(source, None),
            sendable=out / _sendable_name(source),
            split=out,
            report=out / REPORT,
        )

    def files(self, stored: StoredList) -> dict[str, Path]:
        """Return the files that the last check has written, by name."""
        out = self._of(stored.id) / _OUT
        return {path.name: path for path in sorted(out.iterdir()) if path.is_file()}

    def meanings(self, stored: StoredList) -> list[tuple[str, str]]:
        """Return the files that the last check has written, each with a description, most useful first."""
        source, there = self.source(stored), self.files(stored)
        checked = checked_name(source, None)
        ending = ending_beside(Path(checked), source, None)
        named = {
            _sendable_name(source): "to send to, each number once",
            checked: "every row, with its verdict",
            f"{Verdict.NOT_REGISTERED}{ending}": "not on WhatsApp",
            f"{Verdict.INVALID}{ending}": "to correct; the column hint says how",
            f"{Verdict.UNKNOWN}{ending}": "no answer, or not asked yet",
            REPORT: "the report, as a file",
        }
        return [(name, meaning) for name, meaning in named.items() if name in there]

    def _of(self, id: str) -> Path:  # noqa: A002 - as the field
        if not _ID.fullmatch(id):
            raise Missing
        return self._folder / id


def _sendable_name(source: Path) -> str:
    return f"{source.name.removesuffix(ending_of(source))}.send{output_ending(source, None)}"


def plain_name(name: str) -> str:
    """Return a safe file name: without a path, without control characters, and not hidden.

    Raises:
        UsageError: no character is left.
    """
    base = name.replace("\\", "/").rpartition("/")[2]
    kept = "".join(char for char in base if char.isprintable()).lstrip(". ")
    # A name may have at most 255 bytes, and the names of output files are longer.
    while len(kept.encode()) > 180:  # noqa: PLR2004 - see the comment above
        kept = kept[1:]
    if not kept:
        raise UsageError(f"the file has no name that can be kept ({name!r}); rename it, and choose it again")
    return kept
