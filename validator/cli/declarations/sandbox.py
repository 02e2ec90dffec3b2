"""`validator sandbox`: its arguments, options and help text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from validator.cli.deferred import work
from validator.cli.help.help_pages import Command, Example
from validator.cli.options import shared_options as opt
from validator.cli.options.gateway_options import GatewayName
from validator.cli.options.values import OWN
from validator.sandbox.dialects import DIALECTS, SENDAPI, SESSION_NAMES
from validator.sandbox.faults import FAULT_WORDS
from validator.sandbox.test_numbers import MAGIC_NUMBERS
from validator.sandbox.words import (
    CONNECTED_SESSION,
    PLAN_LIMITS_PER_MIN,
    Envelope,
    LimiterKind,
    RateHeaders,
    ResetForm,
    RetryAfterForm,
)

if TYPE_CHECKING:
    from collections.abc import Iterable
    from enum import StrEnum


def _words(words: type[StrEnum]) -> click.Choice[str]:
    return click.Choice([word.value for word in words])


def _table(rows: Iterable[tuple[str, str]]) -> str:
    """Return rows as text for the help text; without the mark before them click would wrap the lines."""
    return "\b\n" + "\n".join(f"{word:<24} {meaning}" for word, meaning in rows)


_CONNECTED = ", ".join(f"{names[0]} ({name})" for name, names in SESSION_NAMES.items())

EPILOG = "\n\n".join(
    (
        f"The connected session is {CONNECTED_SESSION}; keys begin with sk_test_ or sk_live_.",
        f"For other gateways it is {_CONNECTED}, and any text is a key.",
        "Numbers with a fixed response:",
        _table(MAGIC_NUMBERS),
        "Faults, as in --fault 500=0.05, --fault slow=0.1:2s, --fault disconnect@100+30s:",
        _table(FAULT_WORDS),
    )
)


@click.command(
    cls=Command,
    epilog=EPILOG,
    examples=(
        Example("Serve SendAPI on this machine", "validator sandbox"),
        Example(
            "With failures and slow responses",
            "validator sandbox --port 0 --fault 500=0.05 --fault slow=0.1:2s",
        ),
        Example(
            "With a limit of 60 requests a minute",
            "validator sandbox --limit-per-min 60 --limiter fixed_window",
        ),
    ),
)
@opt.stack(
    click.option(
        "--gateway",
        type=GatewayName([SENDAPI, *DIALECTS]),
        metavar="NAME",
        default=SENDAPI,
        show_default=True,
        help="Gateway to serve; `validator gateways` lists them.",
    ),
    click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on."),
    opt.port_option(8080),
    click.option("--allow-remote", is_flag=True, help="Listen on an address that other machines can reach."),
    click.option("--seed", default=0, show_default=True, help="Seed of the random answers and faults."),
    click.option("--registered-share", default=0.6, show_default=True, help="Share of numbers on WhatsApp."),
    click.option(
        "--plan",
        type=click.Choice(list(PLAN_LIMITS_PER_MIN)),
        default="growth",
        show_default=True,
        help="SendAPI plan, which has a limit.",
    ),
    click.option("--limit-per-min", type=int, help="Limit instead of the plan's."),
    click.option(
        "--key-limit",
        "key_limits",
        metavar="KEY=N",
        multiple=True,
        help="Limit of one key, instead of the above; repeat it for several.",
    ),
    click.option("--more-sessions", type=int, default=0, help="More connected sessions: sess_more_1, ..."),
    click.option(
        "--limiter",
        type=_words(LimiterKind),
        default="token_bucket",
        show_default=True,
        help="How the limit is counted.",
    ),
    click.option(
        "--foreign-per-min", default=0.0, help="Requests a minute that another client makes with the key."
    ),
    click.option("--penalty-s", default=0.0, help="Seconds for which all requests fail after a refusal."),
    click.option("--penalty-extends", is_flag=True, help="A request in this time starts it again."),
    click.option("--max-in-flight", default=0, help="Most requests in flight; further ones get a 429."),
    click.option("--fault", "faults", multiple=True, help="Fault, see below; repeat it for several."),
    click.option("--latency-ms", default=0.0, show_default=True, help="Delay of every response."),
    click.option(
        "--latency-jitter-ms", default=0.0, show_default=True, help="Largest random delay added to it."
    ),
    click.option(
        "--envelope", type=_words(Envelope), default="bare", show_default=True, help="JSON around answers."
    ),
    click.option(
        "--error-envelope", type=int, default=1, show_default=True, help="JSON around errors: 1, 2 or 3."
    ),
    click.option(
        "--rate-headers",
        type=_words(RateHeaders),
        default="x",
        show_default=True,
        help="Headers that state the limit.",
    ),
    click.option(
        "--reset-form", type=_words(ResetForm), default="unix", show_default=True, help="Form of the reset."
    ),
    click.option(
        "--retry-after-form",
        type=_words(RetryAfterForm),
        default="seconds",
        show_default=True,
        help="Form of Retry-After.",
    ),
    click.option("--integer-ids", is_flag=True, help="Session ids are integers."),
    click.option("--contacts", default=250, show_default=True, help="Contacts synced to each session."),
    click.option("--log", "log_path", type=OWN, help="File for one line of JSON for each request."),
)
def sandbox(**given: Any) -> int | None:
    """Serve a local SendAPI until Ctrl-C, with its endpoints, limits and faults."""
    return work("sandbox", given)
