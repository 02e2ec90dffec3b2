"""`validator doctor`: is a run going to work?"""

from __future__ import annotations

import os
import shutil
import time
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Any

import anyio
import click

from validator.batch.clock import MOST_OFF_S, ahead_s, flaw_of
from validator.cli import options as opt
from validator.cli.credentials import ProviderOptions, connected, key_file_warning, read_key, require_sessions
from validator.cli.logs import take_logging
from validator.cli.show import make_progress, show_rows
from validator.cli.signals import run_interruptible
from validator.cli.standard_streams import require_stdout
from validator.cli.way_out import way_out
from validator.errors import (
    ApiError,
    Busy,
    CertificateFailed,
    FileError,
    Forbidden,
    MissingOrBadKey,
    ProxyRefused,
    QuotaExceeded,
    Redirected,
    StoppedEarly,
    UsageError,
    ValidatorError,
)
from validator.ledger import SQLITE_VERSION, Ledger, loses_commits, wider_modes
from validator.pacing import ending_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from validator.cli.credentials import Through
    from validator.gateways.gateway import Gateway
    from validator.reports import Progress

COLUMNS = ("check", "state", "what")

# A million numbers take some 25 MB in the ledger, its log up to 64 MB more, and the outputs want room too.
LEAST_FREE_BYTES = 256 * 2**20

# These pass with time. Every other problem needs a hand, and so is the worse one.
PASSING = frozenset({StoppedEarly.exit_code, Busy.exit_code})


class State(StrEnum):
    """How a check ended."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the diagnosis; `exit_code` is 0 where there is no problem. A warning stops no run."""

    check: str
    state: State
    what: str
    exit_code: int = 0


@click.command()
@opt.stack(
    opt.session_option,
    opt.provider_options,
    opt.rate_option,
    opt.max_wait_option,
    opt.ledger_option,
    opt.json_option,
    opt.logging_options,
)
def doctor(*, sessions: tuple[str, ...], ledger: Path, max_wait: float, as_json: bool, **given: Any) -> int:
    """Look at key, way out, clock, sessions, ledger and disk, and say what stands in the way of a run.

    Nothing is asked about anybody. The exit code is that of the worst problem found.
    """
    quiet = take_logging(given)
    require_stdout()
    with make_progress(quiet=quiet) as progress:
        findings = list(_findings(ProviderOptions(**given), sessions, ledger, progress, max_wait))
    show_rows(COLUMNS, [(one.check, one.state.value, one.what) for one in findings], as_json=as_json)
    return worst(findings)


def worst(findings: Sequence[Finding]) -> int:
    """Return the exit code of the worst problem, the first of its kind; 0 where there is none."""
    codes = [one.exit_code for one in findings if one.state is State.PROBLEM]
    return min(codes, key=lambda code: code in PASSING, default=0)


def _findings(
    options: ProviderOptions,
    sessions: tuple[str, ...],
    ledger: Path,
    progress: Progress,
    max_wait_s: float,
) -> Iterator[Finding]:
    key = _key(options.api_key_file)
    yield key
    if key.state is State.OK:
        yield from _key_file(options.api_key_file)
        yield from run_interruptible(partial(_provider, options, sessions, ledger, progress, max_wait_s))
    else:
        yield Finding("connection", State.SKIPPED, "nothing can be asked without a key")
    yield from _sessions_named(sessions)
    yield from _ledger(ledger)
    yield _disk(ledger)


def _problem(check: str, error: ValidatorError) -> Finding:
    return Finding(check, State.PROBLEM, str(error), error.exit_code)


def _key(path: Path | None) -> Finding:
    try:
        key = read_key(path)
    except UsageError as error:
        return _problem("key", error)
    return Finding("key", State.OK, f"well-formed; its fingerprint is {key.fingerprint}")


def _key_file(path: Path | None) -> Iterator[Finding]:
    if path is None:
        return
    warning = key_file_warning(path)
    yield (
        _problem("key file", UsageError(warning))
        if warning
        else Finding("key file", State.OK, f"{path} is closed to others")
    )


def _sessions_named(sessions: tuple[str, ...]) -> Iterator[Finding]:
    try:
        require_sessions(sessions)
    except UsageError as error:
        yield _problem("session", error)


async def _provider(
    options: ProviderOptions, sessions: tuple[str, ...], ledger: Path, progress: Progress, max_wait_s: float
) -> list[Finding]:
    findings: list[Finding] = []
    try:
        for found in await way_out(options):
            state = State.OK if found.is_well else State.WARNING
            findings.append(Finding(found.name, state, found.what))
        async with connected(options, progress, max_wait_s=max_wait_s, ledger=ledger) as (gateway, through):
            connection = await _connection(gateway, through)
            findings += connection
            if connection[0].state is not State.PROBLEM:
                findings += [await _session(gateway, through, session) for session in sessions]
    except ValidatorError as error:  # a wrong address, or a key that another run holds
        findings.append(_problem("connection", error))
    return findings


async def _connection(gateway: Gateway, through: Through) -> list[Finding]:
    asked_at_s, begun = time.time(), anyio.current_time()
    try:
        notice = (await through(gateway.sessions)).rate
    except Forbidden as failure:
        # Some keys may check and not list; somebody answered, which is what this is about.
        notice = failure.rate
    except (MissingOrBadKey, QuotaExceeded, Redirected, CertificateFailed, ProxyRefused) as failure:
        return [_problem("connection", ending_of("", failure))]  # none of these names a session
    except ApiError as failure:
        remedy = "See that --base-url is right and the network is there"
        return [Finding("connection", State.PROBLEM, f"{failure}. {remedy}", failure.exit_code)]
    took_s = anyio.current_time() - begun
    return [
        Finding("connection", State.OK, f"{gateway.host} answers {1000 * took_s:,.0f} ms after the question"),
        clock(notice.sent_at_s, asked_at_s, asked_at_s + took_s),
    ]


def clock(sent_at_s: float | None, asked_at_s: float, answered_at_s: float) -> Finding:
    """Compare this machine's clock with the provider's.

    Args:
        sent_at_s: the provider's time of day in its answer, cut to whole seconds; None if it stated none.
        asked_at_s: this machine's time of day when it asked, in Unix seconds.
        answered_at_s: the same when the answer was there.
    """
    if sent_at_s is None:
        return Finding("clock", State.SKIPPED, "the provider's answers bear no date; let NTP keep it right")
    flaw = flaw_of(ahead_s(sent_at_s, asked_at_s, answered_at_s))
    if flaw:
        return Finding("clock", State.WARNING, flaw)
    return Finding("clock", State.OK, f"within {MOST_OFF_S:.0f} s of the provider's")


async def _session(gateway: Gateway, through: Through, session: str) -> Finding:
    check = f"session {session}"
    try:
        seen = await through(partial(gateway.session_status, session))
    except UsageError as error:
        return _problem(check, error)
    except Forbidden:
        return Finding(check, State.SKIPPED, "the key may not see its state; the first checks will tell")
    except ApiError as failure:
        return _problem(check, ending_of(session, failure))
    if seen.status.is_ready:
        return Finding(check, State.OK, str(seen.status))
    return _problem(check, StoppedEarly(f"{seen.status}; link its phone again in the provider's dashboard"))


def _ledger(path: Path) -> Iterator[Finding]:
    if not path.exists():
        yield _absent(path)
        yield Finding("sqlite", State.OK, _sqlite())
        return
    try:
        with Ledger.open(path, holder="validator doctor") as ledger:
            ledger.require_sound()
            numbers, found = ledger.numbers(), ledger.stats(int(time.time() * 1000))
    except ValidatorError as error:
        yield _problem("ledger", error)
        return
    yield Finding("ledger", State.OK, f"{path} is sound and knows {numbers:,} numbers")
    if ahead := sum(ages.get("in the future", 0) for ages in found.by_age.values()):
        yield Finding(
            "ages",
            State.WARNING,
            f"{ahead:,} answers bear a time in the future, from a clock that was wrong: they do not count. "
            "`validator ledger purge --older-than 30d` forgets them",
        )
    yield from (Finding("permissions", State.WARNING, warning) for warning in wider_modes(ledger.path))
    yield Finding("sqlite", State.OK, _sqlite())


def _absent(path: Path) -> Finding:
    """Say whether the first run can make the ledger; looking does not make it."""
    if not os.access(_nearest_folder(path), os.W_OK | os.X_OK):
        return _problem(
            "ledger",
            FileError(f"{path} is not there, and cannot be made; name one with --ledger"),
        )
    return Finding("ledger", State.OK, f"{path} is not there yet; the first run makes it")


def _sqlite() -> str:
    if not loses_commits():
        return SQLITE_VERSION
    return (
        f"{SQLITE_VERSION}, in which two programs that write can lose results: during a run, open the ledger "
        "with nothing else (`sqlite3 -readonly` is harmless)"
    )


def _disk(ledger: Path) -> Finding:
    try:
        free_bytes = shutil.disk_usage(_nearest_folder(ledger)).free
    except OSError as error:
        return _problem("disk", FileError(f"{ledger.parent} cannot be looked at: {error.strerror}"))
    return room(free_bytes)


def _nearest_folder(path: Path) -> Path:
    """Return the folder that a file lies in, or would be made in."""
    return next(folder for folder in path.resolve().parents if folder.exists())


def room(free_bytes: int) -> Finding:
    """Say whether so much free space beside the ledger is enough."""
    if free_bytes < LEAST_FREE_BYTES:
        return _problem(
            "disk", FileError(f"{free_bytes // 2**20:,} MB free beside the ledger; free some more")
        )
    return Finding("disk", State.OK, f"{free_bytes / 2**30:,.1f} GB free beside the ledger")
