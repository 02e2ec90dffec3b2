"""Evidence: how many distinct cells of a column each reading claims, and what that decides.

A cell's signature says which readings claim it: for each reading, whether its number is valid, and whether it
can have WhatsApp (mobile first). A column's evidence is the count of distinct cells by signature. All
decisions follow from these counts, so the evidence of the parts of a column can be added up.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from msgspec import Struct, field

from validator.phone.readings.rules import Numbers
from validator.phone.readings.slots import (
    CODE_AGAIN,
    CODE_TOO_MANY,
    Family,
    Outcome,
    Signature,
    Slot,
    pairs_of,
    slots_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping


# A reading wins a column against another if the cells that only it claims as mobile numbers are this many
# times those that only the other one claims. In lists merged from two sources the ratio is lower: they stay
# undecided.
DECISIVE = 20
# Fewer cells decide nothing for others: among the numbers of any list, one or two are numbers of another
# country by chance. Hardly any number has the calling code of its region twice by chance.
FEWEST_DECISIVE = 3
# A landline without a trunk prefix counts if one in this many of the cells written so is a mobile number. Few
# or no local numbers are.
MOBILE_PART = 2
# Short international numbers count if the column has so many mobile ones, and so large a share of them.
FEWEST_ABROAD, SHORT_SHARE = 3, 0.5


class Evidence(Struct, frozen=True):
    """The distinct cells of a column, counted by signature.

    In a part of a column, cells of a plan and family are counted only if one of them is open in that part.
    """

    cells: Counter[int] = field(default_factory=Counter)

    def __add__(self, other: Evidence) -> Evidence:
        return Evidence(self.cells + other.cells)

    def outcomes(self, numbers: Numbers = Numbers.AUTO) -> dict[int, Outcome]:
        """Return the decision on the cells of each signature."""
        signatures = {bits: Signature.of(bits) for bits in self.cells}
        by_group: dict[int, list[tuple[Signature, int]]] = {}
        for bits, one in signatures.items():
            by_group.setdefault(one.group, []).append((one, self.cells[bits]))
        columns = {group: _Column.of(cells) for group, cells in by_group.items()}
        return {bits: _outcome(one, columns[one.group], numbers) for bits, one in signatures.items()}


class _Column(Struct, frozen=True):
    """The counts of the cells of one group.

    Attributes:
        alone: for two readings, the cells that support the first and not the second.
        sure: the same without cells that may be foreign numbers by chance.
        only: for two readings, the cells that the first claims and the second does not.
        mobile, valid: for each reading, the cells that it claims as mobile and as valid numbers.
        total: all cells.
    """

    alone: Mapping[tuple[Slot, Slot], int]
    sure: Mapping[tuple[Slot, Slot], int]
    only: Mapping[tuple[Slot, Slot], int]
    mobile: Mapping[Slot, int]
    valid: Mapping[Slot, int]
    total: int

    @classmethod
    def of(cls, cells: list[tuple[Signature, int]]) -> _Column:
        alone, sure, only = (Counter[tuple[Slot, Slot]]() for _ in range(3))
        mobile, valid = Counter[Slot](), Counter[Slot]()
        for cell, count in cells:
            valid.update(dict.fromkeys(slots_of(cell.valid), count))
            mobile.update(dict.fromkeys(slots_of(cell.mobile), count))
            supported = dict.fromkeys(pairs_of(cell.supported), count)
            alone.update(supported)
            if cell.may_be_foreign_by_chance:
                supported.pop((Slot.PLUS_LOST, Slot.PLAIN), None)
            sure.update(supported)
            only.update(dict.fromkeys(pairs_of(cell.valid), count))
        return cls(alone, sure, only, mobile, valid, sum(count for _, count in cells))

    def decides(self, one: Slot, other: Slot) -> bool:
        """Whether the column is written in the first way, and not in the second."""
        for_one, for_other = self.sure[one, other], self.alone[other, one]
        enough = for_one >= (1 if one in CODE_TOO_MANY else FEWEST_DECISIVE)
        return enough and for_other * DECISIVE <= for_one and self.leans(one, other)

    def leans(self, one: Slot, other: Slot) -> bool:
        """Whether at least as many cells support the first as speak for the second, landlines too."""
        return max(self.alone[other, one], self.only[other, one]) <= self.alone[one, other]

    @property
    def writes_landlines_without_trunk(self) -> bool:
        """Whether half of the cells without a trunk prefix or more are mobile: the prefix was lost."""
        return 0 < self.valid[Slot.PLAIN] <= MOBILE_PART * self.mobile[Slot.PLAIN]

    @property
    def speaks_abroad(self) -> bool:
        """Whether all digits that begin with a trunk prefix may be international numbers."""
        only = self.alone[Slot.PLUS_LOST, Slot.PLAIN]
        return only >= FEWEST_ABROAD and not self.alone[Slot.PLAIN, Slot.PLUS_LOST]

    @property
    def writes_short_international(self) -> bool:
        """Whether many cells are international mobile numbers without a plus sign."""
        pair = Slot.PLUS_LOST, Slot.PLAIN
        return self.sure[pair] >= FEWEST_ABROAD and self.alone[pair] >= SHORT_SHARE * self.total


def _outcome(cell: Signature, column: _Column, numbers: Numbers) -> Outcome:
    if cell.claims(Slot.TRUNK_ZERO):
        return Outcome.AMBIGUOUS
    if cell.claims(Slot.CODE_AND_00):
        # The two zeros may belong to a mobile number: 992004969320 of Tajikistan.
        is_number = cell.is_mobile(Slot.PLAIN) or cell.is_mobile(Slot.PLUS_LOST)
        return Outcome.AMBIGUOUS if cell.family is Family.BARE and is_number else Outcome.CODE_AND_00
    claims = list(slots_of(cell.valid))
    if cell.claims(Slot.PREFIX_00):
        claims = [slot for slot in claims if slot is not Slot.PLAIN]
    if numbers is Numbers.INTERNATIONAL and cell.family is Family.BARE:
        claims = [slot for slot in claims if slot is Slot.PLUS_LOST or slot in CODE_AGAIN]
        if not claims:
            return Outcome.NOT_INTERNATIONAL if cell.claims(Slot.PLAIN) else Outcome.PLAIN
        return Outcome(max(claims, key=cell.is_mobile))
    if numbers is Numbers.NATIONAL and cell.family is Family.BARE:
        claims = [slot for slot in claims if slot in (Slot.PLAIN, Slot.ZERO_LOST)] or claims
    return _chosen(cell, claims, column, numbers) if claims else Outcome.PLAIN


def _chosen(cell: Signature, claims: list[Slot], column: _Column, numbers: Numbers) -> Outcome:
    """Return the reading that beats all others, unless it needs more evidence."""
    best = next((one for one in claims if all(_beats(one, other, cell, column) for other in claims)), None)
    if best is not Slot.PLAIN and cell.trunk_kept and not any(map(cell.claims, CODE_AGAIN)):
        return Outcome.AMBIGUOUS if column.speaks_abroad else Outcome.PLAIN
    if best is Slot.PLAIN and not cell.is_mobile(best) and any(map(cell.is_mobile, CODE_TOO_MANY)):
        return Outcome.AMBIGUOUS
    # Mobile numbers of this plan are written in another way, so they are no evidence for the cell.
    if best is None or (best is not Slot.PLAIN and cell.trunk_odd and Slot.PLAIN in claims):
        return Outcome.AMBIGUOUS
    if best is Slot.PLAIN and cell.trunk_lost and not cell.is_mobile(best) and numbers is Numbers.AUTO:
        is_whole = cell.complete or column.writes_landlines_without_trunk
        return Outcome.PLAIN if is_whole else Outcome.LOCAL
    if best is Slot.PLUS_LOST and cell.short and not column.writes_short_international:
        return _short(claims, column)
    return Outcome(best)


def _short(claims: list[Slot], column: _Column) -> Outcome:
    """Return the decision on few digits without a plus sign, in a column with few such cells."""
    others = [slot for slot in claims if slot is not Slot.PLUS_LOST]
    if others and all(column.decides(Slot.PLUS_LOST, other) for other in others):
        return Outcome.PLUS_LOST
    return Outcome.AMBIGUOUS if others else Outcome.PLAIN


def _beats(one: Slot, other: Slot, cell: Signature, column: _Column) -> bool:
    """Whether the first of two readings that claim a cell wins; also true if both are the same."""
    if one is other or column.decides(one, other):
        return True
    if column.decides(other, one):
        return False
    return cell.supports(one) and not cell.supports(other) and column.leans(one, other)
