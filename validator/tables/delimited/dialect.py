"""How a delimited file is written: its delimiter, quote and line ends, detected from its first records."""

from __future__ import annotations

import re
from itertools import islice

from msgspec import Struct
from msgspec.structs import replace

from validator.tables.delimited.records import Malformed, Syntax, records

DELIMITERS = (",", ";", "\t", "|")
# Delimiters of Hive (0x01), of ASCII (0x1F), and of programs that use characters seldom found in text.
RARE_DELIMITERS = ("^", "~", "\x01", "\x1f")
_SNIFF_RECORDS = 200
# A hint that only Excel writes and reads: the first line names the delimiter. Programs that save the file
# again quote it, or add delimiters up to the width of the table.
_SEP_LINE = re.compile(rb"(\"?)sep=([^\r\n\"])\1(?:\2|[,;\t|])*(?:\r\n|\n|\r|\Z)", re.IGNORECASE)
_DOUBLE_QUOTED = re.compile(rb'"[^"]*+"')
_APOSTROPHE_OPENS = re.compile(rb"(?:\A|[,;\t|\r\n])'")
_QUOTE_OPENS = re.compile(rb'(?:\A|[,;\t|\r\n])"')


class Dialect(Struct, frozen=True):
    r"""How records are written.

    Attributes:
        delimiter: one ASCII character.
        quote: one ASCII character; doubled inside a quoted cell.
        line_end: `\n`, `\r\n` or `\r`.
        sep_line: Excel's `sep=;` line without its line end, if the file begins with it.
    """

    delimiter: str = ","
    quote: str = '"'
    line_end: str = "\n"
    sep_line: str = ""

    @property
    def syntax(self) -> Syntax:
        """The dialect as bytes of UTF-8."""
        return Syntax(self.delimiter.encode(), self.quote.encode(), self.line_end[-1].encode())


class Trial(Struct, frozen=True):
    """The result of reading the first records in one dialect.

    Attributes:
        dialect: the dialect.
        widths: the widths of the first records.
        malformed: whether they cannot be read in this dialect.
        absent: whether the delimiter occurs nowhere in the text, also after those records.
    """

    dialect: Dialect
    widths: tuple[int, ...]
    malformed: bool
    absent: bool

    @property
    def width(self) -> int:
        """The width of the first record."""
        return self.widths[0] if self.widths else 1

    @property
    def agreement(self) -> float:
        """The share of records as wide as the first."""
        return self.widths.count(self.width) / max(1, len(self.widths))


def find_dialect(head: bytes, *, whole: bool) -> tuple[Trial, int]:
    """Return the trial of a file in its dialect, and the length of its `sep=` line in bytes.

    Args:
        head: the beginning of the file, as UTF-8.
        whole: whether that is the whole file.
    """
    line_end = find_line_end(head)
    if (hint := _SEP_LINE.match(head)) is None:
        return best_trial(head, line_end, DELIMITERS, whole=whole), 0
    line = hint[0].decode().rstrip("\r\n")
    dialect = Dialect(hint[2].decode(), line_end=line_end, sep_line=line)
    return _trial(head[hint.end() :], dialect, whole=whole), hint.end()


def best_trial(head: bytes, line_end: str, delimiters: tuple[str, ...], *, whole: bool) -> Trial:
    """Return the trial of a text in the dialect that fits best.

    Among the delimiters that split the first record, the one wins with which most records are as wide as the
    first; then the one with the most cells. A list of one column gets a delimiter that it does not contain.
    """
    used = [d for d in delimiters if d.encode() in head]
    # A trial with one delimiter that does not occur stands for all of them.
    tried = [*used, *(d for d in delimiters if d not in used)][: len(used) + 1]
    plain = _best([_trial(head, Dialect(d, line_end=line_end), whole=whole) for d in tried])
    return _apostrophes(head, plain, delimiters, whole=whole) or plain


def find_line_end(head: bytes) -> str:
    """Return the line end outside quotes.

    Excel writes single line feeds inside the cells of a file with Windows line ends.
    """
    bare = _DOUBLE_QUOTED.sub(b"", head)
    if (at := bare.find(b"\n")) >= 0:
        return "\r\n" if bare[:at].endswith(b"\r") else "\n"
    return "\r" if b"\r" in bare else "\n"


def _trial(head: bytes, dialect: Dialect, *, whole: bool) -> Trial:
    widths: list[int] = []
    end, absent = 0, dialect.syntax.delimiter not in head
    try:
        for record in islice(records(head, dialect.syntax, final=whole), _SNIFF_RECORDS):
            end = record.end
            widths += [] if record.blank else [len(record.cells)]
    except Malformed:
        return Trial(dialect, tuple(widths), malformed=True, absent=absent)
    # Without the end of the file, records end at the first broken one; the last one of the head is always
    # cut.
    stalled = not whole and len(widths) < _SNIFF_RECORDS and end < len(head) // 2
    return Trial(dialect, tuple(widths), malformed=stalled, absent=absent)


def _best(trials: list[Trial]) -> Trial:
    if splitting := [trial for trial in trials if trial.width > 1]:
        return max(splitting, key=lambda t: (not t.malformed, t.agreement, t.width))
    return max(trials, key=lambda t: (not t.malformed, t.agreement, t.absent))


def _apostrophes(head: bytes, plain: Trial, delimiters: tuple[str, ...], *, whole: bool) -> Trial | None:
    """Try `'` as the quote, if cells begin with it and none with `"`.

    It is the quote if the header is quoted with it, or if rows have equal widths only with it. Otherwise it
    is a part of the cell, like the one that spreadsheets put before a number (`'+447700900000`).
    """
    if _QUOTE_OPENS.search(head) or not _APOSTROPHE_OPENS.search(head):
        return None
    if plain.agreement == 1 and not head.lstrip(b"\r\n").startswith(b"'"):
        return None
    dialects = [replace(plain.dialect, delimiter=d, quote="'") for d in delimiters]
    trials = [_trial(head, dialect, whole=whole) for dialect in dialects]
    # Rows of one column always have equal widths, so this proves nothing if there are several columns.
    least = min(plain.width, 2)
    sound = [
        trial for trial in trials if not trial.malformed and trial.agreement == 1 and trial.width >= least
    ]
    return _best(sound) if sound else None
