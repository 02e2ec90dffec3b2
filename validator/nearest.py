"""The name that somebody meant who wrote one that does not exist."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def suggestion(word: str, names: Iterable[str]) -> str:
    """Return a question that names the nearest of some names, after a blank; empty if none is near.

    Capitals make no difference.

    Example:
        >>> suggestion("chek", ["check", "plan"])
        " Did you mean 'check'?"
    """
    import difflib  # noqa: PLC0415 - only a wrong name needs it

    spelled = {name.casefold(): name for name in names}
    near = difflib.get_close_matches(word.casefold(), list(spelled), n=1)
    return f" Did you mean {spelled[near[0]]!r}?" if near else ""
