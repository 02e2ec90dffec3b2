"""The registry of formats. A new one is an entry here, and has to pass the contract test."""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol

from msgspec import Struct

from validator.errors import FileError
from validator.tables.contents import is_text, kind_of
from validator.tables.delimited import DelimitedTable, open_delimited, writing_delimited
from validator.tables.files.compression import inner_suffix, is_packed_name, packing
from validator.tables.files.replace import replacing
from validator.tables.table import ReadOptions, refuse_patterns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    import polars as pl

    from validator.tables.table import Table, Writer


class _Writing(Protocol):
    """How a format writes rows of `schema` to `out`; in the same way as `like` if it has this format."""

    def __call__(
        self, out: BinaryIO, *, target: Path | None, schema: pl.Schema, like: Table | None
    ) -> AbstractContextManager[Writer]: ...


class Format(Struct, frozen=True):
    """One format of lists.

    Attributes:
        name: its name for `--format`.
        suffixes: its endings of file names, in lower case.
        write_safely: writes a file without cells that a spreadsheet would read as formulas; None if its text
            is never read so.
        has_sheets: whether its files have sheets to choose from.
        packable: whether its files may be compressed (`.csv.gz`); the others compress their content.
        open: opens a file.
        write: writes a file.
    """

    name: str
    suffixes: tuple[str, ...]
    open: Callable[[Path, ReadOptions], Table]
    write: _Writing
    packable: bool = False
    has_sheets: bool = False
    write_safely: _Writing | None = None


def _of(module: str, function: str) -> Callable[..., Any]:
    """Return a function of `tables` whose module is imported at its first call: a run needs few formats."""

    def call(*given: Any, **named: Any) -> Any:
        return getattr(import_module(f"validator.tables.{module}"), function)(*given, **named)

    return call


FORMATS = {
    entry.name: entry
    for entry in (
        Format(
            "csv",
            (".csv", ".tsv", ".txt", ".tab"),
            open_delimited,
            writing_delimited,
            packable=True,
            write_safely=partial(writing_delimited, excel_safe=True),
        ),
        Format(
            "ndjson",
            (".ndjson", ".jsonl"),
            _of("ndjson", "open_ndjson"),
            _of("ndjson", "writing_ndjson"),
            packable=True,
        ),
        Format(
            "parquet",
            (".parquet", ".pq"),
            _of("columnar.parquet", "open_parquet"),
            _of("columnar.parquet", "writing_parquet"),
        ),
        Format(
            "arrow",
            (".arrow", ".feather", ".ipc"),
            _of("columnar.arrow", "open_arrow"),
            _of("columnar.arrow", "writing_arrow"),
        ),
        Format(
            "excel",
            (".xlsx",),
            _of("excel", "open_excel"),
            _of("excel", "writing_excel"),
            has_sheets=True,
        ),
    )
}


_TEXT = "csv"
# Kinds of files that are only read, with the format of their output.
_READ_ONLY: dict[str, tuple[Callable[[Path, ReadOptions], Table], str]] = {
    "json": (_of("ndjson", "open_array"), "ndjson"),
    "vcard": (_of("vcard", "open_vcard"), _TEXT),
}
_READ_ONLY_SUFFIXES = frozenset({".json", ".vcf", ".xls", ".xlsm", ".xlsb", ".ods"})
# Text gets shorter only if quotes that are not needed are left out.
_LEAST_SHARE_OF_TEXT = 0.5


def format_of(path: Path, format: str | None = None) -> str:  # noqa: A002 - the option's own word
    """Return the name of a file's format: `format` if given, else by its content, else by its suffix.

    For kinds that are only read, it is the format of the output.

    Raises:
        FileError: there is no such format or file, or the file is not a list.
    """
    if format is not None:
        return _known(format).name
    kind = _kind_of(path)
    return _READ_ONLY[kind][1] if kind in _READ_ONLY else kind


def suffix_of(format: str) -> str:  # noqa: A002 - as above
    """Return the ending of file names for `format`, with its dot.

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


def output_ending(path: Path, format: str | None) -> str:  # noqa: A002 - as above
    """Return the ending, with its dots, of an output of `format` that is named like `path`."""
    chosen, ending = FORMATS[format_of(path, format)], ending_of(path)
    other = _by_suffix(path) not in (None, chosen.name) or inner_suffix(path) in _READ_ONLY_SUFFIXES
    return chosen.suffixes[0] if other else ending


def ending_beside(target: Path | None, like: Path, format: str | None) -> str:  # noqa: A002 - as above
    """Return the ending, with its dots, of further files in the format of `target`.

    If its name has no known ending, that is the format of `like`.
    """
    named = None if target is None else _by_suffix(target)
    if target is None or named is None:
        return output_ending(like, format)
    return ending_of(target) if format in {None, named} else suffix_of(_known(format or named).name)


def open_table(
    path: Path,
    *,
    format: str | None = None,  # noqa: A002 - the option's own word
    options: ReadOptions = ReadOptions(),  # noqa: B008 - frozen
) -> Table:
    """Open a list, with the checks that are possible before its rows are read.

    Raises:
        FileError: it is missing, unreadable, empty, damaged or of another format; the message is one line
            with the remedy.
    """
    kind = _known(format).name if format is not None else _kind_of(path)
    if options.sheet is not None and not (kind in FORMATS and FORMATS[kind].has_sheets):
        raise FileError(f"{path} has no sheets; leave out --sheet.")
    table = _READ_ONLY[kind][0](path, options) if kind in _READ_ONLY else FORMATS[kind].open(path, options)
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
    """Give a writer to `target`; a file is replaced as a whole if the block succeeds (see `replacing`).

    The format is `format`, else that of the target's suffix, else that of `like`, else CSV. If `like` has the
    same format, the output is written in the same way: delimiter, quote, line ends, encoding, byte order mark
    and the header's spelling for CSV, and the footer's key-value pairs for Parquet. With `excel_safe`, no
    cell is one that a spreadsheet would read as a formula.

    Raises:
        FileError: the target cannot be written, or the format cannot hold the schema.
    """
    path = target if isinstance(target, Path) else None
    chosen = FORMATS[_output_format(path, like, format)]
    write = (chosen.write_safely if excel_safe else None) or chosen.write
    if path is not None:
        _refuse_packed(path, chosen)
    _refuse_garbled(like, chosen)
    sink = replacing(target) if isinstance(target, Path) else nullcontext(target)
    with (
        sink as out,
        packing(out, path) as packed,
        write(packed, target=path, schema=schema, like=like) as writer,
    ):
        yield writer


def least_bytes(target: Path, *, like: Table, format: str | None = None) -> int:  # noqa: A002 - as above
    """Return the least bytes that `writing` needs for the cells of `like` and added columns.

    It is known only for text that becomes text; otherwise 0, since the effect of compression is not known.
    """
    if is_packed_name(target) or {like.format, _output_format(target, like, format)} != {_TEXT}:
        return 0
    return int(_LEAST_SHARE_OF_TEXT * like.path.stat().st_size)


def _output_format(target: Path | None, like: Table | None, format: str | None) -> str:  # noqa: A002 - as above
    if format is not None:
        return _known(format).name
    named = _by_suffix(target) if target else None
    return named or (like.format if like else _TEXT)


def _known(name: str) -> Format:
    if name not in FORMATS:
        raise FileError(f"there is no format {name!r}; choose one of {', '.join(FORMATS)} with --format.")
    return FORMATS[name]


def _by_suffix(path: Path) -> str | None:
    suffix = inner_suffix(path)
    fitting = (entry for entry in FORMATS.values() if entry.packable or not is_packed_name(path))
    return next((entry.name for entry in fitting if suffix in entry.suffixes), None)


def _kind_of(path: Path) -> str:
    """Return the kind to read a file as: by its content, else by its suffix, else CSV."""
    named = _by_suffix(path)
    if named is not None and not path.exists():
        return named
    if kind := kind_of(path):
        return kind
    is_binary = named is not None and not FORMATS[named].packable
    return _TEXT if named is None or (is_binary and is_text(path)) else named


def _refuse_garbled(like: Table | None, chosen: Format) -> None:
    """Raise `FileError` if text of an unknown encoding is to be written in another format than its own."""
    if isinstance(like, DelimitedTable) and chosen.name != _TEXT and like.is_garbled:
        raise FileError(
            f"the header of {like.path} is no text in {like.encoding.codec}: {', '.join(like.schema)}. Name "
            f"its encoding with --encoding (such as cp1251 or gb18030) to write it as {chosen.name}."
        )


def _refuse_packed(target: Path, chosen: Format) -> None:
    if is_packed_name(target) and not chosen.packable:
        raise FileError(
            f"{target} cannot be {chosen.name}, which compresses its content itself; "
            f"leave out {target.suffix}, or choose another --format."
        )
