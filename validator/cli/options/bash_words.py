"""Completion for bash with quoted words."""

from __future__ import annotations

import shlex
from typing import Any

from click.shell_completion import BashComplete, CompletionItem, add_completion_class


class QuotingBash(BashComplete):
    """Completion for bash with quoted words: bash inserts a word unchanged, and a column may be `Mob No`."""

    def format_completion(self, item: CompletionItem[Any]) -> str:
        """Return the line for one word."""
        value = shlex.quote(item.value) if item.type == "plain" else item.value
        return f"{item.type},{value}"


def quote_for_bash() -> None:
    """Make click quote the words that it offers to bash."""
    add_completion_class(QuotingBash)
