"""The command lines that messages and reports suggest, for example to resume a run; without secrets."""

from __future__ import annotations

import math
import re
import shlex
from typing import TYPE_CHECKING

from validator.batch.recipients.job import Only
from validator.ledger_url import ledger_location

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from validator.settings import MaxAge

    _Secrets = Mapping[str, tuple[str, str]]

HOUR_S = 3_600
# How old answers may be when the user writes the sendable file after a run.
_SEND_WITHIN_H = 24

_OF_SAMPLE = frozenset({"-n", "--size", "--seed"})

# Secrets in the values of options: the text before the secret, and its replacement. These are the password
# of a proxy, which may contain an @, and the path of a webhook or a collector. A pattern is
# compiled when it is used, since most runs use none.
_SECRETS = {
    "--proxy": (r"(?i)^((?:--proxy=)?(?:[a-z]+://)?[^/:@]*:).*(?=@)", "PASSWORD"),
    "--notify": (r"(?i)^((?:--notify=)?[a-z]+://[^/]*/).+", "PATH"),
    "--otlp": (r"(?i)^((?:--otlp=)?[a-z]+://[^/]*/).+", "PATH"),
}


# A report has no phone numbers either; a command to copy needs them.
_HIDDEN_IN_REPORTS = {**_SECRETS, "--canary": (r"^((?:--canary=)?).+", "NUMBER")}


def next_command(
    arguments: Sequence[str],
    started: datetime,
    now: datetime,
    *,
    ages: MaxAge,
    only: Only = Only.ALL,
    limit: int | None = None,
) -> str:
    """Return the command line that resumes the run: the same one again, if that asks what is missing.

    With `--refresh`, or an age of 0, it would repeat the requests of this run. So it gets a `--max-age` with
    which answers since its start are fresh, wherever the refresh was set. With `--only unknown`, `--limit 0`
    or an age of failures it would leave the same numbers unasked, so it goes without them. The user has to
    fill in the secrets: the passwords of a proxy and of a ledger's URL, and the paths of a webhook and a
    collector.

    Args:
        arguments: the words after `validator`.
        started: the start of the run.
        now: its end.
        ages: how long earlier answers counted in it.
        only: which numbers without a known verdict it asked about.
        limit: how many numbers it was allowed to ask about; None if it had no limit.
    """
    hours = math.ceil((now - started).total_seconds() / HOUR_S + 1e-9)
    words = _kept_fresh(arguments, ages, hours)
    if only is not Only.ALL:
        words = _with_option(words, "--only", Only.ALL)
    if limit == 0:
        words = _without_values(words, frozenset({"--limit"}))
    return shlex.join(["validator", *_without_secrets(words)])


def _kept_fresh(words: Sequence[str], ages: MaxAge, hours: int) -> list[str]:
    """Return the words with a `--max-age` of at least that many hours, and none for failures, if needed."""
    wanted_s = hours * HOUR_S
    if min(ages.registered_s, ages.not_registered_s) >= wanted_s and not ages.unknown_s:
        return [*words]
    yes, no = (
        math.ceil(max(age_s, wanted_s) / HOUR_S) for age_s in (ages.registered_s, ages.not_registered_s)
    )
    text = f"{yes}h" if yes == no else f"yes={yes}h,no={no}h"
    return _with_option([word for word in words if word != "--refresh"], "--max-age", text)


def _with_option(words: Sequence[str], option: str, value: str) -> list[str]:
    """Return the words with the option set to a value, in place of the values that it had."""
    kept = _without_values(words, frozenset({option}))
    place = kept.index("--") if "--" in kept else len(kept)
    return [*kept[:place], f"{option}={value}", *kept[place:]]


def command_line(arguments: Sequence[str]) -> str:
    """Return the command line of a run for its report, without secrets and phone numbers."""
    return shlex.join(["validator", *_without_secrets(arguments, _HIDDEN_IN_REPORTS)])


def check_command(
    arguments: Sequence[str], input_name: str | None, started: datetime, now: datetime, *, ages: MaxAge
) -> str:
    """Return the command line that checks the whole list after a sample, without asking about it again.

    Leaves out the options of the sample, size and seed. If the list is one file, `input_name`, adds a
    sendable file named after it. The other arguments are those of `next_command`.
    """
    place = _place_of("sample", arguments)
    words = [*arguments[:place], "check", *_without_values(arguments[place + 1 :], _OF_SAMPLE)]
    if input_name is not None:
        words = _with_option(words, "--sendable", _sendable_name(input_name))
    return next_command(words, started, now, ages=ages)


def _place_of(command: str, arguments: Sequence[str]) -> int:
    """Return the position of the command; the word may also be a value (`--profile sample`)."""
    pairs = zip(["", *arguments], arguments, strict=False)
    return next(
        place
        for place, (before, word) in enumerate(pairs)
        if word == command and before not in {"--config", "--profile"}
    )


def _without_values(words: Sequence[str], options: frozenset[str]) -> list[str]:
    """Remove options with their values: `-n 5`, `-n5`, `--size 5` and `--size=5`."""
    short = tuple(one for one in options if not one.startswith("--"))
    kept = []
    for before, word in zip(["", *words], words, strict=False):
        is_joined = word.partition("=")[0] in options or (word.startswith(short) and word[:2] != "--")
        if before not in options and not is_joined:
            kept.append(word)
    return kept


def _sendable_name(input_name: str) -> str:
    stem, dot, ending = input_name.partition(".")
    return f"{stem}.send{dot}{ending}"


def send_command(arguments: Sequence[str], input_name: str, *, ages: MaxAge) -> str:
    """Return the same command line with a sendable file named after the input, and a `--limit` of 0.

    The limit leaves what the run has not asked about unasked.

    Args:
        arguments: the words after `validator`.
        input_name: the name of the list.
        ages: how long earlier answers counted in the run.
    """
    known = _with_option(_kept_fresh(arguments, ages, _SEND_WITHIN_H), "--limit", "0")
    words = _with_option(known, "--sendable", _sendable_name(input_name))
    return shlex.join(["validator", *_without_secrets(words)])


def _without_secrets(words: Sequence[str], secrets: _Secrets = _SECRETS) -> list[str]:
    return [_without_secret(word, before, secrets) for word, before in zip(words, ["", *words], strict=False)]


def _without_secret(word: str, before: str, secrets: _Secrets) -> str:
    if before == "--ledger":
        return str(ledger_location(word))
    if word.startswith("--ledger="):
        return f"--ledger={ledger_location(word.removeprefix('--ledger='))}"
    for option, (secret, name) in secrets.items():
        if before == option or word.startswith(f"{option}="):
            return re.sub(secret, rf"\1{name}", word)
    return word
