"""Numbering plans: the metadata of libphonenumber for a region, as far as the ranges need them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata

from validator.model import LineType
from validator.phone.bulk.pattern_ranges import UnreadablePattern
from validator.phone.codes import CODE_OF_PLAN, plan_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# phonenumberutil._number_type_helper, in its order.
_KINDS = {
    "premium_rate": LineType.PREMIUM_RATE,
    "toll_free": LineType.TOLL_FREE,
    "shared_cost": LineType.SHARED_COST,
    "voip": LineType.VOIP,
    "personal_number": LineType.PERSONAL,
    "pager": LineType.PAGER,
    "uan": LineType.UAN,
    "voicemail": LineType.VOICEMAIL,
    "fixed_line": LineType.FIXED,
    "mobile": LineType.MOBILE,
}


class Kind(NamedTuple):
    """A kind of number: the pattern of all its numbers, and their lengths; empty for any length."""

    line_type: LineType
    pattern: str
    lengths: Sequence[int]


class Plan(NamedTuple):
    """The metadata of a region: patterns, empty if there is none, and lengths.

    Attributes:
        place: its index (`codes.plan_of`).
        region: the name of the region.
        general: the pattern of all its numbers.
        kinds: its kinds of numbers, in the order in which they are tested.
    """

    place: int
    region: str
    general: str
    kinds: tuple[Kind, ...]
    lengths: Sequence[int]
    local_lengths: Sequence[int]
    leading_digits: str
    national_prefix: str
    transform_rule: str
    international_prefix: str

    @property
    def every(self) -> Kind:
        """All its numbers as one kind: numbers of other kinds match this too."""
        return Kind(LineType.UNKNOWN, self.general, self.lengths)


@cache
def plans_under(code: int) -> tuple[Plan, ...]:
    """Return the plans under a calling code, the main one first."""
    return tuple(read_plan(code, region) for region in COUNTRY_CODE_TO_REGION_CODE[code])


@cache
def plan_at(place: int) -> Plan:
    """Return the plan with this index."""
    return next(plan for plan in plans_under(CODE_OF_PLAN[place]) if plan.place == place)


def read_plan(code: int, region: str) -> Plan:
    """Return a region's plan, after loading its metadata."""
    plan = PhoneMetadata.metadata_for_region_or_calling_code(code, region)
    if plan is None or plan.general_desc is None:
        raise UnreadablePattern(region)  # cannot happen: each region of the package has both
    return Plan(
        plan_of(code, region),
        region,
        plan.general_desc.national_number_pattern or "",
        tuple(_kinds(plan)),
        plan.general_desc.possible_length,
        plan.general_desc.possible_length_local_only,
        plan.leading_digits or "",
        plan.national_prefix_for_parsing or "",
        plan.national_prefix_transform_rule or "",
        plan.international_prefix or "",
    )


def _kinds(plan: PhoneMetadata) -> Iterator[Kind]:
    same = plan.same_mobile_and_fixed_line_pattern
    for name, line_type in _KINDS.items():
        kind = getattr(plan, name)
        if kind and kind.national_number_pattern and not (same and line_type is LineType.MOBILE):
            either = same and line_type is LineType.FIXED
            marks = LineType.FIXED_OR_MOBILE if either else line_type
            yield Kind(marks, kind.national_number_pattern, kind.possible_length)
