"""Makes a value that users see a dataclass for the standard library, although it is a `msgspec.Struct`."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar

from msgspec import Struct

if TYPE_CHECKING:
    from dataclasses import Field


class _Fields:
    """The fields of a struct in the form of a dataclass; they are made when somebody asks for them."""

    def __get__(self, value: object, kind: Any) -> dict[str, Field[Any]]:
        return _fields_of(kind)


@cache
def _fields_of(kind: Any) -> dict[str, Field[Any]]:
    from dataclasses import make_dataclass  # noqa: PLC0415 - most runs ask for none

    twin: Any = make_dataclass(kind.__name__, kind.__struct_fields__)
    fields: dict[str, Field[Any]] = twin.__dataclass_fields__
    return fields


class Value:
    """A struct with this base can be given to `replace`, `asdict` and `fields` of `dataclasses`.

    Python takes 1 ms to define a frozen dataclass, and 20 us for a `msgspec.Struct`. Each command would wait
    for fifty of them.
    """

    __slots__ = ()
    # Without the name `Field`, which `typing.get_type_hints` of a value would have to import.
    __dataclass_fields__: ClassVar[dict[str, Any]] = _Fields()  # type: ignore[assignment]


class MaskedValue(Value):
    """A value with fields that its repr leaves out, or that do not count when two values are compared.

    A class names these fields in `_hidden` and `_uncompared`. Its bases are this one and `Struct`, in this
    order.
    """

    __slots__ = ()
    _hidden: ClassVar[frozenset[str]] = frozenset()
    _uncompared: ClassVar[frozenset[str]] = frozenset()

    def __repr__(self) -> str:
        """Return the fields that may be shown: none that is personal or secret."""
        shown = ", ".join(f"{name}={one!r}" for name, one in _fields_but(self, self._hidden))
        return f"{type(self).__name__}({shown})"

    def __eq__(self, other: object) -> bool:
        """Return whether both are of one class, with equal fields but for those that are not compared."""
        if type(other) is not type(self):
            return NotImplemented
        return _fields_but(self, self._uncompared) == _fields_but(other, self._uncompared)

    def __hash__(self) -> int:
        return hash(_fields_but(self, self._uncompared))


def _fields_but(value: Any, left_out: frozenset[str]) -> tuple[tuple[str, Any], ...]:
    """Return the names and values of a struct's fields, in order, without these."""
    names = (name for name in value.__struct_fields__ if name not in left_out)
    return tuple((name, getattr(value, name)) for name in names)


def as_dict(value: Struct) -> dict[str, Any]:
    """Return the fields of a struct, with the structs in them as dicts too, as `dataclasses.asdict` does."""
    return {name: _plain(getattr(value, name)) for name in value.__struct_fields__}


def _plain(value: Any) -> Any:
    match value:
        case Struct():
            return as_dict(value)
        case list() | tuple() if not hasattr(value, "_fields"):
            return type(value)(map(_plain, value))
        case dict():
            return {key: _plain(one) for key, one in value.items()}
        case _:
            return value
