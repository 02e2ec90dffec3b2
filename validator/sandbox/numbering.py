"""GET /phone/validate: checks the form of a number, with a small table of number plans.

It is deliberately small and separate, since the client's phone parser must not be tested against itself.
Lengths and leading digits are from the ITU's national numbering plan communications. A number of another plan
counts as valid, with an unknown line type.
"""

from __future__ import annotations

import re
from typing import NamedTuple


class _Plan(NamedTuple):
    country: str
    country_code: str
    dial_prefix: str
    national: re.Pattern[str]
    mobile: re.Pattern[str]


def _plan(country: str, country_code: str, dial_prefix: str, national: str, mobile: str) -> _Plan:
    return _Plan(country, country_code, dial_prefix, re.compile(national), re.compile(mobile))


_PLANS = (
    _plan("United States", "US", "1", r"[2-9]\d{2}[2-9]\d{6}", r"(?!)"),
    _plan("France", "FR", "33", r"[1-9]\d{8}", r"[67]"),
    _plan("Spain", "ES", "34", r"[5-9]\d{8}", r"[67]"),
    _plan("United Kingdom", "GB", "44", r"[1-3578]\d{8,9}", r"7[1-57-9]"),
    _plan("Germany", "DE", "49", r"[1-9]\d{5,11}", r"1[5-7]"),
    _plan("Mexico", "MX", "52", r"1?[2-9]\d{9}", r"1"),
    _plan("Argentina", "AR", "54", r"9?[1-8]\d{9}", r"9"),
    _plan("Brazil", "BR", "55", r"[1-9][1-9](?:9\d{8}|[2-9]\d{7})", r"\d\d9\d{8}"),
    _plan("India", "IN", "91", r"[1-9]\d{9}", r"[6-9]"),
    _plan("Nigeria", "NG", "234", r"[1-9]\d{7,9}", r"[789]\d{9}"),
)
_NOT_DIALLED = re.compile(r"[\s().\-/]")
_MIN_DIGITS = 7
_MAX_DIGITS = 15


def validate(number: str) -> dict[str, object]:
    """Return the body of one answer: the number's parts, or `valid: false` and the reason."""
    # A plus sign that was not percent-encoded arrives as a space, since web frameworks decode forms so.
    text = re.sub(r"^(?: |00)", "+", number)
    text = _NOT_DIALLED.sub("", text)
    digits = text[1:]
    if not text.startswith("+") or not digits.isascii() or not digits.isdigit():
        return _invalid(number, "The number has no country code or holds something other than digits.")
    if not _MIN_DIGITS <= len(digits) <= _MAX_DIGITS or digits.startswith("0"):
        return _invalid(number, "The number is too short, too long, or starts with a zero.")
    plan = next((plan for plan in _PLANS if digits.startswith(plan.dial_prefix)), None)
    if plan is None:
        return _valid(number, digits, _Plan("", "", "", re.compile(""), re.compile("(?!)")), "unknown")
    national = digits[len(plan.dial_prefix) :]
    if not plan.national.fullmatch(national):
        return _invalid(number, f"The number is not one of {plan.country}.")
    return _valid(number, digits, plan, _line_type(plan, national))


def _line_type(plan: _Plan, national: str) -> str:
    if plan.mobile.match(national):
        return "mobile"
    # In North America the number does not show whether a line is mobile or fixed.
    return "unknown" if plan.country_code == "US" else "landline"


def _valid(number: str, digits: str, plan: _Plan, line_type: str) -> dict[str, object]:
    return {
        "input": number,
        "valid": True,
        "e164": f"+{digits}",
        "national_format": digits[len(plan.dial_prefix) :],
        "country": plan.country or None,
        "country_code": plan.country_code or None,
        "dial_prefix": f"+{plan.dial_prefix}" if plan.dial_prefix else None,
        "line_type": line_type,
        "carrier": None,
    }


def _invalid(number: str, error: str) -> dict[str, object]:
    return {"input": number, "valid": False, "error": error}
