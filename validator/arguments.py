"""Checks what callers from Python pass: a `UsageError` names an argument of a wrong type or range."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from os import PathLike
from pathlib import Path
from types import NoneType
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from validator.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping


class Kind(Struct, frozen=True):
    """The types and the range that an argument may have, and what messages call them.

    A boolean is no number, and NaN is in no range.
    """

    types: tuple[type, ...]
    wanted: str
    least: float = -inf
    most: float = inf
    is_positive: bool = False

    @property
    def or_none(self) -> Kind:
        """The same, or None."""
        return replace(self, types=(*self.types, NoneType), wanted=f"{self.wanted}, or None")

    def within(self, least: float, most: float = inf) -> Kind:
        """The same, of a number in this range."""
        bounds = f"of {least:g} or more" if most == inf else f"from {least:g} to {most:g}"
        return replace(self, wanted=f"{self.wanted} {bounds}", least=least, most=most)

    def above_zero(self, most: float = inf) -> Kind:
        """The same, of a number above zero, and of `most` at most."""
        bounds = "above 0" if most == inf else f"above 0 and up to {most:g}"
        return replace(self, wanted=f"{self.wanted} {bounds}", most=most, is_positive=True)

    def admits(self, value: object) -> bool:
        """Whether a value is of these types."""
        return isinstance(value, self.types) and (bool in self.types or not isinstance(value, bool))

    def holds(self, value: object) -> bool:
        """Whether a value of these types is in the range."""
        if not isinstance(value, int | float):
            return True
        return self.least <= value <= self.most and (value > 0 or not self.is_positive)


TEXT = Kind((str,), "a text")
WHOLE = Kind((int,), "a whole number")
NUMBER = Kind((int, float), "a number")
FLAG = Kind((bool,), "True or False")
FILE = Kind((str, PathLike), "a path")


def require(kinds: Mapping[str, Kind], **arguments: object) -> None:
    """Raise `UsageError` if an argument is not of its kind. Only numbers are quoted: a text may be a key."""
    for name, value in arguments.items():
        if not kinds[name].admits(value):
            raise UsageError(f"{name} is of type {_type_of(value)}; {kinds[name].wanted} is expected")
        if not kinds[name].holds(value):
            raise UsageError(f"{name} is {value}; {kinds[name].wanted} is expected")


def several(name: str, value: Any, one: Kind) -> tuple[Any, ...]:
    """Return values of one kind as a tuple; a single value becomes a tuple of one.

    Raises:
        UsageError: the value is not of the kind, and is not a sequence of such values.
    """
    if one.admits(value):
        return (value,)
    if not isinstance(value, Sequence) or isinstance(value, (str, bytes)):
        raise UsageError(f"{name} is of type {_type_of(value)}; {one.wanted}, or a list, is expected")
    for place, part in enumerate(value):
        require({f"{name}[{place}]": one}, **{f"{name}[{place}]": part})
    return tuple(value)


def path(name: str, value: Any) -> Path:
    """Return an argument as a path.

    Raises:
        UsageError: it is neither a text nor a path.
    """
    require({name: FILE}, **{name: value})
    return Path(value)


def _type_of(value: object) -> str:
    """Return the name of a value's type, with its package, since several packages have a `DataFrame`."""
    package = type(value).__module__.partition(".")[0]
    return type(value).__name__ if package == "builtins" else f"{package}.{type(value).__name__}"
