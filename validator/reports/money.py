"""The cost of checks, in the currency of the given price. Amounts are exact, never rounded."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from decimal import Decimal

# Amounts for people always have cents.
_LEAST_DECIMALS = 2


def cost_of(price: Decimal | None, checks: int) -> Decimal | None:
    """Return the cost of a number of checks; None without a price."""
    return None if price is None else price * checks


def plain_text(money: Decimal | None) -> str | None:
    """Return an amount for a program: `1234.5`, without exponent or trailing zeros; None for None."""
    return None if money is None else f"{money.normalize():f}"


def money_text(money: Decimal) -> str:
    """Return an amount for people, with at least two decimals: `1,234.50`, `0.002`."""
    whole, _, decimals = f"{money.normalize():,f}".partition(".")
    return f"{whole}.{decimals.ljust(_LEAST_DECIMALS, '0')}"


def cost_text(cost: Decimal | None, price: Decimal | None) -> str:
    """Return a cost with its price: `24.69 at 0.002 a check`; empty without a price."""
    return "" if cost is None or price is None else f"{money_text(cost)} at {money_text(price)} a check"
