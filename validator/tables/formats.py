"""The registry of formats. A new one is an entry here and has the contract test to pass."""

from __future__ import annotations

import codecs
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Protocol

from validator.errors import FileError
from validator.tables.columnar.arrow import open_arrow, writing_arrow
from validator.tables.columnar.parquet import open_parquet, writing_parquet
from validator.tables.delimited import open_delimited, writing_delimited
from validator.tables.excel import open_excel, writing_excel
from validator.tables.files.compression import inner_suffix, is_packed_name, packing, unpacked
from validator.tables.files.os_errors import require_regular
from validator.tables.files.replace import replacing
from validator.tables.ndjson import open_ndjson, writing_ndjson
from validator.tables.table import ReadOptions, refuse_patterns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    import polars as pl

    from validator.tables.table import Table, Writer


class _Writing(Protocol):
    """How a format writes: rows of `schema` to `out`, in the manner of `like` where it is the same format."""

    def __call__(
        self, out: BinaryIO, *, target: Path | None, schema: pl.Schema, like: Table | None
    ) -> AbstractContextManager[Writer]: ...


@dataclass(frozen=True, slots=True)
class Format:
    """One format of lists.

    Attributes:
        name: what `--format` calls it.
        suffixes: the endings of file names that say it, in lower case.
        write_safely: writes one without cells that a spreadsheet would take for formulas; None where text is
            never taken so.
        has_sheets: whether its files have sheets to choose from.
        packable: whether its files may be compressed (`.csv.gz`); the others compress what they hold.
        open: opens a file of it.
        write: writes one.
    """

    name: str
    suffixes: tuple[str, ...]
    open: Callable[[Path, ReadOptions], Table]
    write: _Writing
    packable: bool = False
    has_sheets: bool = False
    write_safely: _Writing | None = None


FORMATS = {
    entry.name: entry
    for entry in (
        Format(
            "csv",
            (".csv", ".tsv", ".txt", ".tab"),
            lambda path, options: open_delimited(path, options.ragged),
            writing_delimited,
            packable=True,
            write_safely=partial(writing_delimited, excel_safe=True),
        ),
        Format(
            "ndjson",
            (".ndjson", ".jsonl"),
            lambda path, _: open_ndjson(path),
            writing_ndjson,
            packable=True,
        ),
        Format("parquet", (".parquet", ".pq"), lambda path, _: open_parquet(path), writing_parquet),
        Format("arrow", (".arrow", ".feather", ".ipc"), lambda path, _: open_arrow(path), writing_arrow),
        Format(
            "excel",
            (".xlsx",),
            lambda path, options: open_excel(path, options.sheet),
            writing_excel,
            has_sheets=True,
        ),
    )
}


_TEXT = "csv"
# How the content of the others begins.
_STARTS = {b"PAR1": "parquet", b"ARROW1": "arrow", b"PK\x03\x04": "excel", b"{": "ndjson"}
_START_BYTES = 64
# Text gets shorter only by quotes that need not be there.
_LEAST_SHARE_OF_TEXT = 0.5


def format_of(path: Path, format: str | None = None) -> str:  # noqa: A002 - the option's own word
    """Return the name of the format that `format`, else the suffix of `path`, else its content says.

    Raises:
        FileError: there is no such format, or no such file to look into.
    """
    return _known(format).name if format is not None else _by_suffix(path) or _by_content(path)


def suffix_of(format: str) -> str:  # noqa: A002 - as above
    """Return the ending, with its dot, that names of files of `format` get.

    Raises:
        FileError: there is no such format.
    """
    return _known(format).suffixes[0]


def ending_of(path: Path) -> str:
    """Return the ending of a name, with its dots, that says how the file is written: `.csv`, `.csv.gz`."""
    inner = inner_suffix(path)
    return (
        path.name[len(path.name) - len(inner) - len(path.suffix) :] if is_packed_name(path) else path.suffix
    )


def open_table(
    path: Path,
    *,
    format: str | None = None,  # noqa: A002 - the option's own word
    options: ReadOptions = ReadOptions(),  # noqa: B008 - frozen
) -> Table:
    """Open a list and check what can be checked before its rows are read.

    Raises:
        FileError: it is missing, unreadable, empty, damaged or of another format; one line with the remedy.
    """
    chosen = FORMATS[format_of(path, format)]
    if options.sheet is not None and not chosen.has_sheets:
        raise FileError(f"{path} has no sheets; leave out --sheet.")
    table = chosen.open(path, options)
    refuse_patterns(path, table.schema)
    return table


@contextmanager
def writing(
    target: Path | BinaryIO,
    *,
    schema: pl.Schema,
    like: Table | None,
    format: str | None = None,  # noqa: A002 - the option's own word
    excel_safe: bool = False,
) -> Iterator[Writer]:
    """Give a writer of rows to `target`; a path is replaced whole when the block ends well (see `replacing`).

    The format is `format`, else what the suffix of the target says, else that of `like`, else CSV. Where
    `like` has the same format, the output takes after it: delimiter, quote, line ends, encoding, byte order
    mark and the header's spelling for CSV, and the footer's key-value pairs for Parquet. With `excel_safe`,
    no cell is one that a spreadsheet would take for a formula.

    Raises:
        FileError: the target cannot be written, or the format cannot hold the schema.
    """
    path = target if isinstance(target, Path) else None
    chosen = FORMATS[_output_format(path, like, format)]
    write = (chosen.write_safely if excel_safe else None) or chosen.write
    if path is not None:
        _refuse_packed(path, chosen)
    sink = replacing(target) if isinstance(target, Path) else nullcontext(target)
    with (
        sink as out,
        packing(out, path) as packed,
        write(packed, target=path, schema=schema, like=like) as writer,
    ):
        yield writer


def least_bytes(target: Path, *, like: Table, format: str | None = None) -> int:  # noqa: A002 - as above
    """Return how many bytes `writing` needs at the least for all the cells of `like`, and more beside them.

    That is known of text that becomes text; what compression will make of others cannot be told, and is 0.
    """
    if is_packed_name(target) or {like.format, _output_format(target, like, format)} != {_TEXT}:
        return 0
    return int(_LEAST_SHARE_OF_TEXT * like.path.stat().st_size)


def _output_format(target: Path | None, like: Table | None, format: str | None) -> str:  # noqa: A002 - as above
    if format is not None:
        return _known(format).name
    told = _by_suffix(target) if target else None
    return told or (like.format if like else _TEXT)


def _known(name: str) -> Format:
    if name not in FORMATS:
        raise FileError(f"there is no format {name!r}; choose one of {', '.join(FORMATS)} with --format.")
    return FORMATS[name]


def _by_suffix(path: Path) -> str | None:
    suffix = inner_suffix(path)
    fitting = (entry for entry in FORMATS.values() if entry.packable or not is_packed_name(path))
    return next((entry.name for entry in fitting if suffix in entry.suffixes), None)


def _by_content(path: Path) -> str:
    require_regular(path)
    with unpacked(path) as file:
        start = file.read(_START_BYTES).removeprefix(codecs.BOM_UTF8).lstrip()
    return next((name for sign, name in _STARTS.items() if start.startswith(sign)), _TEXT)


def _refuse_packed(target: Path, chosen: Format) -> None:
    if is_packed_name(target) and not chosen.packable:
        raise FileError(
            f"{target} cannot be {chosen.name}, which compresses its content itself; "
            f"leave out {target.suffix}, or choose another --format."
        )
