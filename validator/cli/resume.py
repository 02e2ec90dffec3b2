"""How to go on: the command that makes the calls still missing."""

from __future__ import annotations

import math
import re
import shlex
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

HOUR_S = 3_600

# The password of a proxy, and what stands before it. It may hold an @ itself.
_PASSWORD = re.compile(r"^((?:--proxy=)?(?:[a-z]+://)?[^/:@]*:).*(?=@)", re.IGNORECASE)


def next_command(arguments: Sequence[str], started: datetime, now: datetime) -> str:
    """Return the command line that goes on from here: the same one again.

    `--refresh` would ask anew also those that this run has asked; in its place comes the age that tells what
    was found out since it began from what was known before. The password of a proxy has to be filled in.
    """
    hours = math.ceil((now - started).total_seconds() / HOUR_S + 1e-9)
    replaced = [f"--max-age={hours}h" if word == "--refresh" else word for word in arguments]
    return shlex.join(["validator", *_without_passwords(replaced)])


def send_command(arguments: Sequence[str], input_name: str) -> str:
    """Return the same command line with a sendable file named after the input; it asks nobody again."""
    stem, dot, ending = input_name.partition(".")
    known = [word for word in arguments if word != "--refresh"]
    return shlex.join(["validator", *_without_passwords(known), "--sendable", f"{stem}.send{dot}{ending}"])


def _without_passwords(words: Sequence[str]) -> list[str]:
    return [_without_password(word, before) for word, before in zip(words, ["", *words], strict=False)]


def _without_password(word: str, before: str) -> str:
    is_proxy = before == "--proxy" or word.startswith("--proxy=")
    return _PASSWORD.sub(r"\1PASSWORD", word) if is_proxy else word
