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

# What options may hold that is secret, after what stands before it: the password of a proxy, which may have
# an @ in it, and the path of a webhook.
_SECRETS = {
    "--proxy": (re.compile(r"^((?:--proxy=)?(?:[a-z]+://)?[^/:@]*:).*(?=@)", re.IGNORECASE), "PASSWORD"),
    "--notify": (re.compile(r"^((?:--notify=)?[a-z]+://[^/]*/).+", re.IGNORECASE), "PATH"),
}


def next_command(arguments: Sequence[str], started: datetime, now: datetime) -> str:
    """Return the command line that goes on from here: the same one again.

    `--refresh` would ask anew also those that this run has asked; in its place comes the age that tells what
    was found out since it began from what was known before. The password of a proxy and the path of a
    webhook have to be filled in.
    """
    hours = math.ceil((now - started).total_seconds() / HOUR_S + 1e-9)
    replaced = [f"--max-age={hours}h" if word == "--refresh" else word for word in arguments]
    return shlex.join(["validator", *_without_secrets(replaced)])


def send_command(arguments: Sequence[str], input_name: str) -> str:
    """Return the same command line with a sendable file named after the input; it asks nobody again."""
    stem, dot, ending = input_name.partition(".")
    known = [word for word in arguments if word != "--refresh"]
    return shlex.join(["validator", *_without_secrets(known), "--sendable", f"{stem}.send{dot}{ending}"])


def _without_secrets(words: Sequence[str]) -> list[str]:
    return [_without_secret(word, before) for word, before in zip(words, ["", *words], strict=False)]


def _without_secret(word: str, before: str) -> str:
    for option, (secret, name) in _SECRETS.items():
        if before == option or word.startswith(f"{option}="):
            return secret.sub(rf"\1{name}", word)
    return word
