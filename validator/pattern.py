"""Regular expressions that are compiled at their first use: a short run uses half of those it imports."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Pattern:
    """A regular expression with the methods of its compiled form.

    Attributes:
        pattern: the expression, which polars may understand too.
    """

    def __init__(self, pattern: str, flags: int = 0) -> None:
        self.pattern = pattern
        self._flags = flags

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        """The compiled expression."""
        return re.compile(self.pattern, self._flags)

    # Attributes, so that a call takes no longer than that of the compiled form.

    @cached_property
    def search(self) -> Callable[[str], re.Match[str] | None]:
        """See `re.Pattern.search`."""
        return self.compiled.search

    @cached_property
    def match(self) -> Callable[[str], re.Match[str] | None]:
        """See `re.Pattern.match`."""
        return self.compiled.match

    @cached_property
    def fullmatch(self) -> Callable[[str], re.Match[str] | None]:
        """See `re.Pattern.fullmatch`."""
        return self.compiled.fullmatch

    @cached_property
    def findall(self) -> Callable[[str], list[str]]:
        """See `re.Pattern.findall`."""
        return self.compiled.findall

    @cached_property
    def sub(self) -> Callable[[str | Callable[[re.Match[str]], str], str], str]:
        """See `re.Pattern.sub`."""
        return self.compiled.sub

    @cached_property
    def split(self) -> Callable[[str], list[str]]:
        """See `re.Pattern.split`."""
        return self.compiled.split
