"""`validator sandbox`: its arguments, options and help text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from validator.cli.deferred import work
from validator.cli.help.help_pages import Command, Example
from validator.cli.options import shared_options as opt
from validator.cli.options.gateway_options import GatewayName
from validator.cli.options.values import FILE
from validator.sandbox import (
    DEFAULT_SESSIONS,
    DIALECTS,
    FAULT_WORDS,
    MAGIC_NUMBERS,
    PLAN_LIMITS_PER_MIN,
    SENDAPI,
    SESSION_NAMES,
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
    """Lay rows out for the help text, whose paragraphs click would fold without the mark before them."""
    return "\b\n" + "\n".join(f"{word:<24} {meaning}" for word, meaning in rows)


_CONNECTED = ", ".join(f"{names[0]} ({name})" for name, names in SESSION_NAMES.items())

EPILOG = "\n\n".join(
    (
        f"The connected session is {DEFAULT_SESSIONS[0].id}; keys begin with sk_test_ or sk_live_.",
        f"Of other gateways it is {_CONNECTED}, and any text is a key.",
        "Numbers with a fixed fate:",
        _table(MAGIC_NUMBERS),
        "Faults, as in --fault 500=0.05, --fault slow=0.1:2s, --fault disconnect@100+30s:",
        _table(FAULT_WORDS),
    )
)


@click.command(
    cls=Command,
    epilog=EPILOG,
    examples=(
        Example("A provider on this machine", "validator sandbox"),
        Example(
            "One that fails now and then, and is slow",
            "validator sandbox --port 0 --fault 500=0.05 --fault slow=0.1:2s",
        ),
        Example(
            "A key with 60 requests a minute", "validator sandbox --limit-per-min 60 --limiter fixed_window"
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
        help="Whose API it speaks; `validator gateways` lists them.",
    ),
    click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on."),
    click.option("--port", default=8080, show_default=True, help="Port to listen on; 0 takes any free one."),
    click.option("--allow-remote", is_flag=True, help="Listen on an address that other machines can reach."),
    click.option("--seed", default=0, show_default=True, help="What answers and faults are drawn from."),
    click.option("--registered-share", default=0.6, show_default=True, help="Share of numbers on WhatsApp."),
    click.option(
        "--plan",
        type=click.Choice(list(PLAN_LIMITS_PER_MIN)),
        default="growth",
        show_default=True,
        help="Plan.",
    ),
    click.option("--limit-per-min", type=int, help="A limit in place of the plan's."),
    click.option(
        "--key-limit",
        "key_limits",
        metavar="KEY=N",
        multiple=True,
        help="A limit of one key, in place of these; repeat it for several.",
    ),
    click.option("--more-sessions", type=int, default=0, help="Connected sessions besides: sess_more_1, ..."),
    click.option(
        "--limiter",
        type=_words(LimiterKind),
        default="token_bucket",
        show_default=True,
        help="How it counts.",
    ),
    click.option(
        "--foreign-per-min", default=0.0, help="Requests a minute that somebody else spends of the key."
    ),
    click.option("--penalty-s", default=0.0, help="Seconds for which a refusal shuts the key out."),
    click.option("--penalty-extends", is_flag=True, help="Each request within them prolongs it."),
    click.option("--max-in-flight", default=0, help="Requests in flight beyond which a 429 is answered."),
    click.option(
        "--fault", "faults", multiple=True, help="What goes wrong, see below; repeat it for several."
    ),
    click.option("--latency-ms", default=0.0, show_default=True, help="Delay of every answer."),
    click.option(
        "--latency-jitter-ms", default=0.0, show_default=True, help="Up to how much is added to it."
    ),
    click.option(
        "--envelope", type=_words(Envelope), default="bare", show_default=True, help="Around answers."
    ),
    click.option(
        "--error-envelope", type=int, default=1, show_default=True, help="Around errors: 1, 2 or 3."
    ),
    click.option(
        "--rate-headers",
        type=_words(RateHeaders),
        default="x",
        show_default=True,
        help="Headers with the limit.",
    ),
    click.option(
        "--reset-form", type=_words(ResetForm), default="unix", show_default=True, help="Of the reset."
    ),
    click.option(
        "--retry-after-form",
        type=_words(RetryAfterForm),
        default="seconds",
        show_default=True,
        help="Of the wait.",
    ),
    click.option("--integer-ids", is_flag=True, help="Session ids are integers."),
    click.option("--contacts", default=250, show_default=True, help="Contacts synced to each session."),
    click.option("--log", "log_path", type=FILE, help="File for one line of JSON a request."),
)
def sandbox(**given: Any) -> int | None:
    """Serve a local SendAPI until Ctrl-C: its endpoints, its limits, and its faults."""
    return work("sandbox", given)
