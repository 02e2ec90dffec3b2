"""A table that fits a console of any width, with or without Unicode."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import Console, ConsoleOptions, JustifyMethod, RenderResult

BAR = ""
"""The name of a column with bars, which is left out first if there is no room."""

BLOCK, ASCII_BLOCK = "\N{FULL BLOCK}", "#"

# The smallest width of a wrapped text, and the gap between two columns.
_LEAST_TEXT, _GAP = 16, 3
_INDENT = "  "


class FittingTable:
    """A table without borders. Words and numbers are not broken, and texts wrap.

    If there is no room for that, bars are left out. If there is still no room, each row becomes some lines.

    Args:
        columns: the names of the columns; `BAR` for a column with bars.
        figures: the columns with numbers.
        texts: the columns with texts, which wrap.
    """

    def __init__(self, *columns: str, figures: frozenset[str], texts: frozenset[str]) -> None:
        self.columns = columns
        self._figures = figures
        self._texts = texts
        self._rows: list[tuple[tuple[Text, ...], str]] = []
        self._sections: set[int] = set()

    def add_row(self, *cells: str | Text, style: str = "") -> None:
        """Add a row; missing cells are empty."""
        given = [cell if isinstance(cell, Text) else Text(cell) for cell in cells]
        missing = [Text()] * (len(self.columns) - len(given))
        self._rows.append(((*given, *missing), style))

    def add_section(self) -> None:
        """Leave a gap before the next row."""
        self._sections.add(len(self._rows))

    @property
    def row_count(self) -> int:
        """The number of rows."""
        return len(self._rows)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the widest form that fits."""
        all_places = range(len(self.columns))
        without_bars = [place for place in all_places if self.columns[place] != BAR]
        for places in (all_places, without_bars):
            if self._least_width(places) <= options.max_width:
                yield self._table(places, ascii_only=options.ascii_only)
                return
        yield from self._lines()

    def _least_width(self, places: Sequence[int]) -> int:
        gaps = _GAP * (len(places) - 1)
        return gaps + sum(self._least_width_of(place) for place in places)

    def _least_width_of(self, place: int) -> int:
        whole = max([len(self.columns[place]), *(cells[place].cell_len for cells, _ in self._rows)])
        return min(whole, _LEAST_TEXT) if self.columns[place] in self._texts else whole

    def _table(self, places: Sequence[int], *, ascii_only: bool) -> Table:
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="dim")
        for place in places:
            name = self.columns[place]
            justify: JustifyMethod = "right" if name in self._figures else "left"
            # Folded, because a path or an id is useless if its end is cut off.
            table.add_column(name, justify=justify, no_wrap=name not in self._texts, overflow="fold")
        for number, (cells, style) in enumerate(self._rows):
            if number in self._sections:
                table.add_section()
            table.add_row(*(_drawable(cells[place], ascii_only=ascii_only) for place in places), style=style)
        return table

    def _lines(self) -> Iterator[Text]:
        """Yield each row as lines: its first cell, its numbers, and one line for each text."""
        for cells, style in self._rows:
            named = [(name, cell) for name, cell in zip(self.columns, cells, strict=True) if cell.plain]
            first, rest = named[0][1], [one for one in named[1:] if one[0] != BAR]
            yield Text.assemble(first, style=style, overflow="fold")
            figures = ", ".join(f"{name} {cell.plain}" for name, cell in rest if name not in self._texts)
            texts = [cell.plain for name, cell in rest if name in self._texts]
            for line in filter(None, (figures, *texts)):
                yield Text(f"{_INDENT}{line}", style="dim", overflow="fold")


def _drawable(cell: Text, *, ascii_only: bool) -> Text:
    if not ascii_only or BLOCK not in cell.plain:
        return cell
    return Text(cell.plain.replace(BLOCK, ASCII_BLOCK), style=cell.style)
