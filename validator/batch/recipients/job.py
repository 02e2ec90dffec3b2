"""The specification of a run over a list: which files, and how they are read and written."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from msgspec import Struct, field
from msgspec.structs import force_setattr

from validator.arguments import FLAG, TEXT, WHOLE, Kind, require, several
from validator.batch.verdict_columns import LINE_TYPE, MATCHED, PHONE_COLUMN, STRENGTH
from validator.errors import UsageError
from validator.model import Verdict
from validator.phone import Accept, Numbers
from validator.reports import legible
from validator.settings import MaxAge, parse_price
from validator.tables import (
    FrameWriter,
    ReadOptions,
    ending_beside,
    ending_of,
    output_ending,
    require_written_ending,
)
from validator.value import Value

if TYPE_CHECKING:
    from collections.abc import Mapping


SPLIT_VERDICTS = (Verdict.NOT_REGISTERED, Verdict.INVALID, Verdict.UNKNOWN)
"""The verdicts that have a file in the folder of `split`. Registered recipients are in the sendable file.
Suppressed ones have no file, since there is nothing to do about them."""


class Landlines(StrEnum):
    """What happens to numbers that are certainly fixed lines."""

    KEEP = "keep"
    SKIP = "skip"


class Several(StrEnum):
    """What happens to a cell that holds more than one number."""

    REFUSE = "refuse"
    FIRST = "first"
    EACH = "each"


class Unreadable(StrEnum):
    """What happens if a suppression list has a row that cannot be read, has no rows, or is cut off."""

    ERROR = "error"
    ALLOW = "allow"


class Order(StrEnum):
    """The order in which the numbers are asked about.

    Lists are often sorted, and requests in sorted order look like scraping to WhatsApp. So the order is
    shuffled by default.
    """

    SHUFFLED = "shuffled"
    INPUT = "input"


class Only(StrEnum):
    """Restricts a run to some of the numbers without a known verdict."""

    ALL = "all"
    UNKNOWN = "unknown"


_WORDS: dict[str, type[StrEnum]] = {
    "accept": Accept,
    "numbers": Numbers,
    "landlines": Landlines,
    "several": Several,
    "order": Order,
    "only": Only,
    "suppress_unreadable": Unreadable,
}


_KINDS = {
    **dict.fromkeys(("region", "region_column", "format"), TEXT.or_none),
    **dict.fromkeys(
        ("find_region", "excel_safe", "confirm_negatives", "variants", "line_type", "strength"), FLAG
    ),
    "prefix": TEXT,
    "limit": WHOLE.within(0).or_none,
    "enough": WHOLE.within(1).or_none,
    "price": Kind((Decimal, str, int, float), "a Decimal, or its text").or_none,
    "options": Kind((ReadOptions,), "a ReadOptions"),
    "max_age": Kind((MaxAge,), "a MaxAge"),
}


def _member(name: str, words: type[StrEnum], word: str) -> StrEnum:
    try:
        return words(word)
    except ValueError:
        raise UsageError(f"{name} is {word!r}; it is one of {', '.join(words)}") from None


class ListSettings(Value, Struct, frozen=True, kw_only=True):
    """How a list is read, which numbers are asked about, at which price, and how the output is written.

    Attributes:
        column: the phone columns; the first one with a number counts. Empty to find the column.
        join: columns which together hold one number, in their order; empty if one column holds it.
        region: ISO 3166 alpha-2 region of numbers in national form, or None if all are international.
        region_column: a column with the region of each row, or None.
        find_region: whether to find the region column.
        accept: which numbers are worth asking about.
        numbers: how numbers without a plus sign are written; by default, the cells of the column decide it.
        landlines: whether fixed lines are asked about.
        several: whether a cell with several numbers is refused, its first number counts, or each of them
            counts. In the last case the row is registered if one of its numbers is.
        options: how the list's file is read.
        suppress_column: the phone columns of suppression lists; empty to find them.
        suppress_unreadable: what happens if a row of a suppression list cannot be read.
        suppress_without: those of `region`, `region_column` and `numbers` that do not apply to suppression
            lists, because the working folder's settings file sets them, and the lists are the user's own.
        prefix: put before the names of the added columns.
        format: the format of the output, or None for the format of the input.
        excel_safe: whether formulas in the output are made harmless.
        max_age: how long answers of earlier runs are valid.
        order: the order in which numbers are asked about.
        only: restricts which numbers are asked about.
        limit: the most numbers to ask about.
        enough: stops when so many recipients can be sent to; those known before count too.
        price: the provider's price of one check, in any currency, as a `Decimal` or a text; None for
            reports without costs.
        confirm_negatives: whether a "no" counts only if a second check gives it too.
        variants: whether the alternative spelling of a number is asked about after a "no".
        line_type: whether the output has a column with the line type.
        strength: whether the output has a column that states how far each answer can be trusted.
    """

    column: tuple[str, ...] = ()
    join: tuple[str, ...] = ()
    region: str | None = None
    region_column: str | None = None
    find_region: bool = False
    accept: Accept = Accept.VALID
    numbers: Numbers = Numbers.AUTO
    landlines: Landlines = Landlines.KEEP
    several: Several = Several.REFUSE
    options: ReadOptions = field(default_factory=ReadOptions)
    suppress_column: tuple[str, ...] = ()
    suppress_unreadable: Unreadable = Unreadable.ERROR
    suppress_without: tuple[str, ...] = ()
    prefix: str = ""
    format: str | None = None
    excel_safe: bool = False
    max_age: MaxAge = field(default_factory=MaxAge)
    order: Order = Order.SHUFFLED
    only: Only = Only.ALL
    limit: int | None = None
    enough: int | None = None
    price: Decimal | None = None
    confirm_negatives: bool = False
    variants: bool = False
    line_type: bool = False
    strength: bool = False

    def __post_init__(self) -> None:
        """Convert words to members of their enums, and a single column to a tuple.

        Raises:
            UsageError: an argument has a wrong type, a word is not a member of its enum, or settings
                contradict each other.
        """
        for name, words in _WORDS.items():
            force_setattr(self, name, _member(name, words, getattr(self, name)))
        for name in ("column", "join", "suppress_column", "suppress_without"):
            force_setattr(self, name, several(name, getattr(self, name), TEXT))
        require(_KINDS, **{name: getattr(self, name) for name in _KINDS})
        if self.enough is not None and self.several is Several.EACH:
            raise UsageError(
                "--enough counts one number a row, and --several each asks about more; leave one of them out"
            )
        if self.only is Only.UNKNOWN and self.max_age == MaxAge.none():
            raise UsageError("--only unknown needs earlier answers; leave out --refresh (--max-age 0)")
        if self.price is not None:
            force_setattr(self, "price", parse_price(str(self.price)))

    def values(self) -> dict[str, Any]:
        """Return each setting by its name."""
        return {name: getattr(self, name) for name in ListSettings.__struct_fields__}


class Job(ListSettings, frozen=True, kw_only=True):
    """The files of a run, and how they are read and written.

    Attributes:
        input: the list, or the first of several files that are read as one.
        more: the other files of the list.
        names: the names of lists in messages, if they differ from their paths.
        output: the annotated file; or a stream for standard output; or one file for each input; or a writer
            that collects the rows in memory.
        sendable: the file with the registered recipients, or None for no such file.
        split: the folder for one file of each of `SPLIT_VERDICTS`, or None for no such files.
        suppress: lists of people who must not be asked about or sent to.
    """

    input: Path
    more: tuple[Path, ...] = ()
    names: Mapping[Path, str] = field(default_factory=dict)
    output: Path | BinaryIO | tuple[Path, ...] | FrameWriter
    sendable: Path | None = None
    split: Path | None = None
    suppress: tuple[Path, ...] = ()

    @property
    def extras(self) -> tuple[str, ...]:
        """The columns that the output gets on request."""
        asked_for = {
            LINE_TYPE: self.line_type,
            STRENGTH: self.strength,
            MATCHED: self.variants,
            PHONE_COLUMN: len(self.column) > 1,
        }
        return tuple(name for name, wanted in asked_for.items() if wanted)

    @property
    def inputs(self) -> tuple[Path, ...]:
        """All input files, in their order."""
        return (self.input, *self.more)

    @property
    def input_name(self) -> str:
        """The name of the input in messages."""
        return legible(_name_of(tuple(self.names.get(path, str(path)) for path in self.inputs)))

    @property
    def output_name(self) -> str:
        """The name of the output in messages; `-` for a stream."""
        match self.output:
            case Path():
                return legible(str(self.output))
            case tuple():
                return legible(_name_of(tuple(map(str, self.output))))
            case _:
                return "-"

    @property
    def segments(self) -> dict[Verdict, Path]:
        """The files of segments, by the verdict of their rows.

        The files in the folder of `split` have the format of the annotated file.
        """
        sendable = {} if self.sendable is None else {Verdict.REGISTERED: self.sendable}
        if self.split is None:
            return sendable
        first = self.output[0] if isinstance(self.output, tuple) else self.output
        ending = ending_beside(first if isinstance(first, Path) else None, self.input, self.format)
        return sendable | {verdict: self.split / f"{verdict}{ending}" for verdict in SPLIT_VERDICTS}

    @property
    def targets(self) -> dict[str, Path]:
        """The files to write, by the option that names them."""
        parts = zip(self.inputs, self.output, strict=True) if isinstance(self.output, tuple) else ()
        return {
            **({"--output": self.output} if isinstance(self.output, Path) else {}),
            **{_option_of(verdict): path for verdict, path in self.segments.items()},
            **{f"the output of {given}": path for given, path in parts},
        }


def require_written_endings(job: Job) -> None:
    """Raise `UsageError` if the name of the output or the sendable file promises what is not written."""
    named = {"--output": job.output, "--sendable": job.sendable}
    for option, path in named.items():
        if isinstance(path, Path):
            require_written_ending(option, path, job.format, like=job.input)


def checked_name(path: Path, format: str | None) -> str:  # noqa: A002 - the option's own word
    """Return the default name of the annotated file of a list: `NAME.checked.EXT`.

    Raises:
        FileError: there is no such format, or the file is not a list.
    """
    return f"{path.name.removesuffix(ending_of(path))}.checked{output_ending(path, format)}"


def _option_of(segment: Verdict) -> str:
    return "--sendable" if segment is Verdict.REGISTERED else f"the {segment} file of --split,"


def _name_of(names: tuple[str, ...]) -> str:
    first, *more = names
    return f"{first} and {len(more)} more" if more else first
