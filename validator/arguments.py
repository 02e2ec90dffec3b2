"""Checks the types of the library's arguments; a `UsageError` names an argument of a wrong type."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from types import NoneType
from typing import TYPE_CHECKING, Any

from validator.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Kind:
    """The types that an argument may have, and the words for them in messages. A boolean is not a number."""

    types: tuple[type, ...]
    wanted: str

    @property
    def or_none(self) -> Kind:
        """This kind, or None."""
        return Kind((*self.types, NoneType), f"{self.wanted}, or None")

    def admits(self, value: object) -> bool:
        """Whether a value is of this kind."""
        return isinstance(value, self.types) and (bool in self.types or not isinstance(value, bool))


TEXT = Kind((str,), "a text")
WHOLE = Kind((int,), "a whole number")
NUMBER = Kind((int, float), "a number")
FLAG = Kind((bool,), "True or False")
FILE = Kind((str, PathLike), "a path")


def require(kinds: Mapping[str, Kind], **arguments: object) -> None:
    """Raise `UsageError` if an argument is not of its kind. The message shows no value: it may be a key."""
    for name, value in arguments.items():
        if not kinds[name].admits(value):
            raise UsageError(f"{name} is of type {_type_of(value)}; {kinds[name].wanted} is expected")


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
