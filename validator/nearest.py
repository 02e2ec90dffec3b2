"""Suggests an existing name for a misspelled one."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def suggestion(word: str, names: Iterable[str]) -> str:
    """Return a space and a question with the most similar name, for the end of a message.

    Empty if no name is similar. Upper and lower case make no difference.

    Example:
        >>> suggestion("chek", ["check", "plan"])
        " Did you mean 'check'?"
    """
    import difflib  # noqa: PLC0415 - only needed after a wrong name

    spelled = {name.casefold(): name for name in names}
    near = difflib.get_close_matches(word.casefold(), list(spelled), n=1)
    return f" Did you mean {spelled[near[0]]!r}?" if near else ""
