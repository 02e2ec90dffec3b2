"""Slots and signatures: the readings as bits, and which of them claim a cell.

A cell's signature says for each reading whether its number is valid, and whether it can have WhatsApp (mobile
first). It is packed into one number, so that a column of signatures can be counted.
"""

from __future__ import annotations

from enum import IntEnum
from functools import cache

from msgspec import Struct


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
TRUNK_LOST_BIT, TRUNK_KEPT_BIT, TRUNK_ODD_BIT, SHORT_BIT, COMPLETE_BIT, OWN_CODE_BIT = range(
    2 * SLOT_BITS, 2 * SLOT_BITS + 6
)
FAMILY_BIT = OWN_CODE_BIT + 1
PLAN_BIT = FAMILY_BIT + 2
ALL_SLOTS = (1 << SLOT_BITS) - 1


class Signature(Struct, frozen=True):
    """Which readings claim a cell.

    Attributes:
        mobile: the readings that make a mobile number from it, as bits.
        valid: the readings that make a valid number from it, as bits.
        trunk_lost: whether it has no trunk prefix although its plan writes one.
        trunk_odd: whether it has none as its plan writes it, while the plan's mobile numbers have one.
        trunk_kept: whether it begins with a trunk prefix other than zero.
        short: whether it has so few digits that many national numbers would pass for an international one.
        complete: whether it is a national number with all the digits that its plan's numbers have.
        own_code: whether it begins with the calling code of its plan.
        group: its plan and family; only cells of one group are compared.
    """

    mobile: int
    valid: int
    trunk_lost: bool
    trunk_kept: bool
    trunk_odd: bool
    short: bool
    complete: bool
    own_code: bool
    group: int

    @classmethod
    def of(cls, bits: int) -> Signature:
        """Return the signature of a packed number."""
        return cls(
            mobile=bits & ALL_SLOTS,
            valid=bits >> VALID_BIT & ALL_SLOTS,
            trunk_lost=bool(bits >> TRUNK_LOST_BIT & 1),
            trunk_kept=bool(bits >> TRUNK_KEPT_BIT & 1),
            trunk_odd=bool(bits >> TRUNK_ODD_BIT & 1),
            short=bool(bits >> SHORT_BIT & 1),
            complete=bool(bits >> COMPLETE_BIT & 1),
            own_code=bool(bits >> OWN_CODE_BIT & 1),
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

    @property
    def supported(self) -> int:
        """The readings that the cell supports, as bits.

        They make a mobile number from it, or a complete national number, unless its first digits may as well
        be the calling code.
        """
        return self.mobile | (self.complete and not self.own_code) << Slot.PLAIN

    def supports(self, slot: Slot) -> bool:
        """Whether the cell supports the reading."""
        return bool(self.supported >> slot & 1)

    @property
    def may_be_foreign_by_chance(self) -> bool:
        """Whether it is a number of its plan that would be one of another plan, with a plus sign."""
        return self.claims(Slot.PLAIN) and not self.own_code


@cache
def slots_of(mask: int) -> tuple[Slot, ...]:
    """Return the readings in a mask."""
    return tuple(slot for slot in Slot if mask >> slot & 1)


@cache
def pairs_of(mask: int) -> tuple[tuple[Slot, Slot], ...]:
    """Return the pairs of a reading in a mask and one that is not."""
    others = slots_of(ALL_SLOTS & ~mask)
    return tuple((one, other) for one in slots_of(mask) for other in others)
