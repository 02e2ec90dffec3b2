"""Regular expressions that are compiled at their first use: most lists need few of the large ones."""

from __future__ import annotations

import re
from functools import cached_property


class Pattern:
    """A regular expression, and its compiled form.

    Attributes:
        pattern: the expression, which polars understands too.
    """

    def __init__(self, pattern: str, flags: re.RegexFlag) -> None:
        self.pattern = pattern
        self._flags = flags

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        """The compiled expression."""
        return re.compile(self.pattern, self._flags)
