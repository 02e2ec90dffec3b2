"""`validator doctor`: is a run going to work?"""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio

from validator.batch.clock import MOST_OFF_S, ahead_s, flaw_of
from validator.batch.connected import connected
from validator.cli.diagnosis.findings import Finding, State, problem, worst
from validator.cli.diagnosis.local_checks import (
    disk,
    extras,
    key_file,
    key_of,
    ledger_at,
    settings,
    time_zone,
)
from validator.cli.diagnosis.network_path import check_network_path
from validator.cli.process.logs import take_logging
from validator.cli.process.show import make_progress, show_rows
from validator.cli.process.signals import run_interruptible
from validator.cli.process.standard_streams import require_stdout
from validator.cli.settings.credentials import ProviderOptions, require_sessions
from validator.errors import (
    ApiError,
    CertificateFailed,
    Forbidden,
    MissingOrBadKey,
    OtherGateway,
    ProxyRefused,
    QuotaExceeded,
    Redirected,
    StoppedEarly,
    UsageError,
    ValidatorError,
)
from validator.gateways.remedies import remedy_of
from validator.model import SessionState
from validator.pacing import ending_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from validator.batch.connected import Through
    from validator.gateways.gateway import Gateway
    from validator.ledger_url import Location
    from validator.model import RateNotice, SessionStatus
    from validator.reports import Progress

COLUMNS = ("check", "state", "what")

_NAMING_NO_SESSION = (
    MissingOrBadKey,
    QuotaExceeded,
    Redirected,
    OtherGateway,
    CertificateFailed,
    ProxyRefused,
)


def run(*, sessions: tuple[str, ...], ledger: Location, max_wait: float, as_json: bool, **given: Any) -> int:
    """Check key, network path, clock, sessions, ledger and disk; return the worst problem's exit code."""
    quiet = take_logging(given)
    require_stdout()
    with make_progress(quiet=quiet) as progress:
        findings = list(_findings(ProviderOptions(**given), sessions, ledger, progress, max_wait))
    show_rows(COLUMNS, [(one.check, one.state.value, one.what) for one in findings], as_json=as_json)
    return worst(findings)


def _findings(
    options: ProviderOptions,
    sessions: tuple[str, ...],
    ledger: Location,
    progress: Progress,
    max_wait_s: float,
) -> Iterator[Finding]:
    key = key_of(options.api_key_file, options.gateway)
    yield key
    if key.state is State.OK:
        yield from key_file(options.api_key_file)
        yield from run_interruptible(partial(_provider, options, sessions, ledger, progress, max_wait_s))
    else:
        yield Finding("connection", State.SKIPPED, "no request is possible without a key; correct that first")
    yield from _sessions_named(sessions, options.gateway)
    yield from ledger_at(ledger)
    if isinstance(ledger, Path):
        yield disk(ledger)
    yield from settings()
    yield time_zone()
    yield extras()


def _sessions_named(sessions: tuple[str, ...], gateway: str) -> Iterator[Finding]:
    try:
        require_sessions(sessions, gateway)
    except UsageError as error:
        yield problem("session", error)


async def _provider(
    options: ProviderOptions,
    sessions: tuple[str, ...],
    ledger: Location,
    progress: Progress,
    max_wait_s: float,
) -> list[Finding]:
    findings: list[Finding] = []
    try:
        for found in await check_network_path(options):
            state = State.OK if found.is_ok else State.WARNING
            findings.append(Finding(found.name, state, found.what))
        key = options.key_settings(sessions)
        async with connected(key, progress, max_wait_s=max_wait_s, ledger=ledger) as (gateway, through, _):
            sessions = sessions or tuple(filter(None, [gateway.capabilities.default_session]))
            listed: dict[str, SessionStatus] = {}
            connection = await _connection(gateway, through, sessions, listed)
            findings += connection
            if connection[0].state is not State.PROBLEM:
                findings += [await _session(gateway, through, session, listed) for session in sessions]
    except ValidatorError as error:  # a wrong address, or a key that another run holds
        findings.append(problem("connection", error))
    return findings


async def _connection(
    gateway: Gateway, through: Through, sessions: tuple[str, ...], listed: dict[str, SessionStatus]
) -> list[Finding]:
    """Make one request, and return findings about connection, limit and clock.

    Adds the sessions that the gateway lists to `listed`.
    """
    asked_at_s, begun = time.time(), anyio.current_time()
    if not gateway.capabilities.lists_sessions and not sessions:
        what = f"{gateway.capabilities.title} lists no sessions; name one with --session"
        return [Finding("connection", State.PROBLEM, what, UsageError.exit_code)]
    try:
        if gateway.capabilities.lists_sessions:
            found = await through(gateway.sessions)
            listed.update({one.session: one.status for one in found.sessions})
            notice = found.rate
        else:
            notice = (await through(partial(gateway.session_status, sessions[0]))).rate
    except Forbidden as failure:
        # Some keys may check but not list. The provider answered, which is enough here.
        notice = failure.rate
    except _NAMING_NO_SESSION as failure:
        return [problem("connection", ending_of("", failure))]
    except (ApiError, StoppedEarly) as failure:  # StoppedEarly if retries reached a bound
        remedy = "See that --base-url is right and the network is there"
        return [Finding("connection", State.PROBLEM, f"{failure}. {remedy}", failure.exit_code)]
    took_s = anyio.current_time() - begun
    return [
        Finding("connection", State.OK, f"{gateway.host} answered after {1000 * took_s:,.0f} ms"),
        limit(notice),
        clock(notice.sent_at_s, asked_at_s, asked_at_s + took_s),
    ]


def limit(notice: RateNotice) -> Finding:
    """Return which rate limit the provider states for the key."""
    stated = [window for window in notice.windows if window.limit is not None]
    if not stated:
        return Finding(
            "limit", State.SKIPPED, "the provider's responses state none; give the key's limit with --rate"
        )
    return Finding(
        "limit",
        State.OK,
        ", ".join(f"{window.limit:,} requests in {window.window_s:g} s" for window in stated),
    )


def clock(sent_at_s: float | None, asked_at_s: float, answered_at_s: float) -> Finding:
    """Compare this machine's clock with the provider's.

    Args:
        sent_at_s: the provider's time in its response, rounded down to whole seconds; None if not stated.
        asked_at_s: this machine's time when it sent the request, in Unix seconds.
        answered_at_s: this machine's time when it had the response, in Unix seconds.
    """
    if sent_at_s is None:
        return Finding(
            "clock", State.SKIPPED, "the provider's responses have no date; set the clock with NTP"
        )
    flaw = flaw_of(ahead_s(sent_at_s, asked_at_s, answered_at_s))
    if flaw:
        return Finding("clock", State.WARNING, flaw)
    return Finding("clock", State.OK, f"within {MOST_OFF_S:.0f} s of the provider's")


async def _session(
    gateway: Gateway, through: Through, session: str, listed: Mapping[str, SessionStatus]
) -> Finding:
    check = f"session {session}"
    try:
        seen = await through(partial(gateway.session_status, session))
    except UsageError as error:
        return problem(check, error)
    except Forbidden:
        return Finding(
            check, State.SKIPPED, "the key may not read its state; check it in the provider's dashboard"
        )
    except ApiError as failure:
        return problem(check, ending_of(session, failure))
    status = seen.status
    # The list may know more: the state of an instance without a number check is "open", as of any other.
    if (in_list := listed.get(session, status)).state is SessionState.UNKNOWN:
        status = in_list
    if status.is_ready:
        return Finding(check, State.OK, str(status))
    remedy = remedy_of(status.state, gateway.capabilities)
    return problem(check, StoppedEarly(f"{status}; {remedy}"))
