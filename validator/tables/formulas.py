"""Makes text that a spreadsheet would read as a formula harmless, with an apostrophe before it.

The rule is that of OWASP's "CSV Injection" and of CWE-1236: a cell is dangerous if it begins with `=`, `+`,
`-`, `@`, a tab or a line end, also in full-width forms and after spaces. Numbers are not dangerous: a sign,
digits and punctuation compute nothing, so `+447400123456`, `+44 (0)20 7946` and `-1.5` stay.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import polars.selectors as cs

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_DANGEROUS = r"^(?:[\s\p{Zs}]*[=+\-@\u{ff1d}\u{ff0b}\u{ff0d}\u{ff20}]|[\t\r\n])"
_NUMBER = r"^[+\-]?[\d\p{Zs}.,()]*$"


def defused(text: pl.Expr) -> pl.Expr:
    """Return text with an apostrophe before each cell that a spreadsheet would read as a formula."""
    dangerous = text.str.contains(_DANGEROUS) & ~text.str.contains(_NUMBER)
    return pl.when(dangerous).then(text.str.replace("^", "'")).otherwise(text)


def defused_text(text: str) -> str:
    """Do the same for one text."""
    return str(pl.select(defused(pl.lit(text))).item())


def defused_rows(rows: Iterable[Sequence[object]]) -> list[list[object]]:
    """Do the same for all texts in rows."""
    kept = [list(row) for row in rows]
    texts = list({cell for row in kept for cell in row if isinstance(cell, str)})
    harmless = (
        pl.Series("text", texts, dtype=pl.String).to_frame().select(defused(pl.col("text"))).to_series()
    )
    safe = dict(zip(texts, harmless, strict=True))
    return [[safe[cell] if isinstance(cell, str) else cell for cell in row] for row in kept]


def defused_cells(frame: pl.DataFrame) -> pl.DataFrame:
    """Do the same for all text columns of a frame, also categorical ones."""
    texts = cs.string() | cs.categorical() | cs.enum()
    return frame.with_columns(texts.cast(pl.String)).with_columns(defused(cs.string()))
