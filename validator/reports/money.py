"""What checks cost, in whatever currency the price was given: exact, and never rounded."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from decimal import Decimal

# Where money is written at all, it is written to the cent.
_LEAST_DECIMALS = 2


def cost_of(price: Decimal | None, checks: int) -> Decimal | None:
    """Return what so many checks cost; None without a price."""
    return None if price is None else price * checks


def plain_text(money: Decimal | None) -> str | None:
    """Return an amount for a program: `1234.5`, without an exponent or needless zeros; None for None."""
    return None if money is None else f"{money.normalize():f}"


def money_text(money: Decimal) -> str:
    """Return an amount for people, with two decimals or as many as it has: `1,234.50`, `0.002`."""
    whole, _, decimals = f"{money.normalize():,f}".partition(".")
    return f"{whole}.{decimals.ljust(_LEAST_DECIMALS, '0')}"


def cost_text(cost: Decimal | None, price: Decimal | None) -> str:
    """Return a cost with the price it is made of: `24.69 at 0.002 a check`; empty without a price."""
    return "" if cost is None or price is None else f"{money_text(cost)} at {money_text(price)} a check"
