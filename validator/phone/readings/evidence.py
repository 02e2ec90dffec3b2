"""Evidence: how many distinct cells of a column each reading claims, and what that decides.

A cell's signature says which readings claim it: for each reading, whether its number is valid, and whether it
can have WhatsApp (mobile first). A column's evidence is the count of distinct cells by signature. All
decisions follow from these counts, so the evidence of the parts of a column can be added up.
"""

from __future__ import annotations

from collections import Counter
from enum import IntEnum
from functools import cache
from typing import TYPE_CHECKING

from msgspec import Struct, field

from validator.phone.readings.rules import Numbers

if TYPE_CHECKING:
    from collections.abc import Mapping


class Slot(IntEnum):
    """The bit of a reading in masks: the cell as libphonenumber and recoveries read it, then the rules."""

    PLAIN = 0
    PLUS_LOST = 1
    CODE_AND_00 = 2
    CODE_TWICE = 3
    CODE_THRICE = 4
    ZERO_BEFORE_CODE = 5
    ZERO_LOST = 6
    PREFIX_00 = 7
    PREFIX_00_ABROAD = 8
    TRUNK_ZERO = 9


class Outcome(IntEnum):
    """The decision on a cell: the reading in that slot, or a refusal."""

    PLAIN = Slot.PLAIN
    PLUS_LOST = Slot.PLUS_LOST
    CODE_AND_00 = Slot.CODE_AND_00
    CODE_TWICE = Slot.CODE_TWICE
    CODE_THRICE = Slot.CODE_THRICE
    ZERO_BEFORE_CODE = Slot.ZERO_BEFORE_CODE
    ZERO_LOST = Slot.ZERO_LOST
    PREFIX_00 = Slot.PREFIX_00
    PREFIX_00_ABROAD = Slot.PREFIX_00_ABROAD
    AMBIGUOUS = 16
    LOCAL = 17
    NOT_INTERNATIONAL = 18


class Family(IntEnum):
    """Groups of cells that are compared with one another, by their first character."""

    BARE = 0
    ZERO = 1
    PLUS = 2


CODE_AGAIN = (Slot.CODE_AND_00, Slot.CODE_TWICE, Slot.CODE_THRICE)
# A mobile number with its calling code has more digits than nearly all landlines of its country.
CODE_TOO_MANY = (*CODE_AGAIN, Slot.ZERO_BEFORE_CODE)
# The first bit of each field of a signature. The plan is above all of them, and zero if there is none.
SLOT_BITS = len(Slot)
MOBILE_BIT, VALID_BIT = 0, SLOT_BITS
TRUNK_LOST_BIT, TRUNK_KEPT_BIT, TRUNK_ODD_BIT, SHORT_BIT = range(2 * SLOT_BITS, 2 * SLOT_BITS + 4)
FAMILY_BIT = SHORT_BIT + 1
PLAN_BIT = FAMILY_BIT + 2
_MASK = (1 << SLOT_BITS) - 1

# A reading wins a column against another if the cells that only it claims as mobile numbers are this many
# times those that only the other one claims. In lists merged from two sources the ratio is lower: they stay
# undecided.
DECISIVE = 20
# A landline without a trunk prefix counts if one in this many of the cells written so is a mobile number. Few
# or no local numbers are.
MOBILE_PART = 2
# Short international numbers count if the column has so many mobile ones, and so large a share of them.
FEWEST_ABROAD, SHORT_SHARE = 3, 0.5


class Signature(Struct, frozen=True):
    """Which readings claim a cell.

    Attributes:
        mobile: the readings that make a mobile number from it, as bits.
        valid: the readings that make a valid number from it, as bits.
        trunk_lost: whether it has no trunk prefix although its plan writes one.
        trunk_odd: whether it has none as its plan writes it, while the plan's mobile numbers have one.
        trunk_kept: whether it begins with a trunk prefix other than zero.
        short: whether it has so few digits that many national numbers would pass for an international one.
        group: its plan and family; only cells of one group are compared.
    """

    mobile: int
    valid: int
    trunk_lost: bool
    trunk_kept: bool
    trunk_odd: bool
    short: bool
    group: int

    @classmethod
    def of(cls, bits: int) -> Signature:
        """Return the signature of a packed number."""
        return cls(
            mobile=bits & _MASK,
            valid=bits >> VALID_BIT & _MASK,
            trunk_lost=bool(bits >> TRUNK_LOST_BIT & 1),
            trunk_kept=bool(bits >> TRUNK_KEPT_BIT & 1),
            trunk_odd=bool(bits >> TRUNK_ODD_BIT & 1),
            short=bool(bits >> SHORT_BIT & 1),
            group=bits >> FAMILY_BIT,
        )

    @property
    def family(self) -> Family:
        """The family of the cell: how it begins."""
        return Family(self.group & 3)

    def claims(self, slot: Slot) -> bool:
        """Whether the reading makes a valid number from the cell."""
        return bool(self.valid >> slot & 1)

    def is_mobile(self, slot: Slot) -> bool:
        """Whether the reading makes a mobile number from it."""
        return bool(self.mobile >> slot & 1)


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


@cache
def _slots_of(mask: int) -> tuple[Slot, ...]:
    """Return the readings in a mask."""
    return tuple(slot for slot in Slot if mask >> slot & 1)


class _Column(Struct, frozen=True):
    """The counts of the cells of one group.

    Attributes:
        alone: for two readings, the cells that the first claims as mobile numbers and the second does not.
        mobile, valid: for each reading, the cells that it claims as mobile and as valid numbers.
        total: all cells.
    """

    alone: Mapping[tuple[Slot, Slot], int]
    mobile: Mapping[Slot, int]
    valid: Mapping[Slot, int]
    total: int

    @classmethod
    def of(cls, cells: list[tuple[Signature, int]]) -> _Column:
        alone, mobile, valid = Counter[tuple[Slot, Slot]](), Counter[Slot](), Counter[Slot]()
        for signature, count in cells:
            for one in _slots_of(signature.valid):
                valid[one] += count
            for one in _slots_of(signature.mobile):
                mobile[one] += count
                for other in _slots_of(_MASK & ~signature.mobile):
                    alone[one, other] += count
        return cls(alone, mobile, valid, sum(count for _, count in cells))

    def decides(self, one: Slot, other: Slot) -> bool:
        """Whether the column is written in the first way, and not in the second."""
        for_one, for_other = self.alone[one, other], self.alone[other, one]
        return for_one > 0 and for_other * DECISIVE <= for_one

    def leans(self, one: Slot, other: Slot) -> bool:
        """Whether at least as many cells support the first as the second."""
        return self.alone[other, one] <= self.alone[one, other]

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
        found = self.mobile[Slot.PLUS_LOST]
        return found >= FEWEST_ABROAD and found >= SHORT_SHARE * self.total


def _outcome(cell: Signature, column: _Column, numbers: Numbers) -> Outcome:
    if cell.claims(Slot.TRUNK_ZERO):
        return Outcome.AMBIGUOUS
    if cell.claims(Slot.CODE_AND_00):
        # The two zeros may belong to a mobile number: 992004969320 of Tajikistan.
        is_number = cell.is_mobile(Slot.PLAIN) or cell.is_mobile(Slot.PLUS_LOST)
        return Outcome.AMBIGUOUS if cell.family is Family.BARE and is_number else Outcome.CODE_AND_00
    claims = list(_slots_of(cell.valid))
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
        return Outcome.PLAIN if column.writes_landlines_without_trunk else Outcome.LOCAL
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
    return cell.is_mobile(one) and not cell.is_mobile(other) and column.leans(one, other)
