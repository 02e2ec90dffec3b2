"""The options that several commands share; `file_options` and `stop_options` have further ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.core import ParameterSource

from validator.cli.options import completing
from validator.cli.options.gateway_options import OfGateway, gateway_option
from validator.cli.options.values import (
    CANARY,
    FILE,
    LEDGER,
    MAX_AGE,
    PART,
    PRICE,
    RATE,
    TIMEOUT,
)
from validator.cli.process.standard_streams import PROGRESS_META
from validator.ranges import MOST_CONCURRENT, MOST_RETRIES

if TYPE_CHECKING:
    from collections.abc import Callable

    from validator.ledger_url import Location

    Command = TypeVar("Command", bound=Callable[..., Any])


def stack(*options: Callable[[Command], Command]) -> Callable[[Command], Command]:
    """Return one decorator that applies several; the help text shows them in the given order."""

    def apply(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return apply


def _keep_progress(context: click.Context, _option: click.Parameter, style: str) -> None:
    """Keep the style for `show.make_progress`, which is also used while a list is fetched."""
    context.meta[PROGRESS_META] = style


def _default_ledger() -> Location:
    from validator.places import default_ledger  # noqa: PLC0415 - help texts show no location

    return default_ledger()


logging_options = stack(
    click.option("-q", "--quiet", is_flag=True, help="Print errors only."),
    click.option("-v", "--verbose", is_flag=True, help="Print more details; numbers are masked."),
    click.option(
        "--log-format",
        type=click.Choice(["text", "json"]),
        default="text",
        show_default=True,
        help="Form of log lines.",
    ),
)

progress_option = click.option(
    "--progress",
    type=click.Choice(["auto", "bar", "lines", "none"]),
    default="auto",
    show_default=True,
    expose_value=False,
    callback=_keep_progress,
    help="How a run shows its progress: auto draws a bar on a terminal, and logs lines elsewhere.",
)

base_url_option = click.option(
    "--base-url",
    cls=OfGateway,
    variable="url_variable",
    show_envvar=True,
    help="The provider's address, up to and with /v1.",
)

provider_options = stack(
    gateway_option,
    click.option(
        "--api-key-file",
        type=FILE,
        help="File with the key; otherwise SENDAPI_API_KEY, or the variable of another gateway.",
    ),
    base_url_option,
    click.option(
        "--allow-new-host",
        is_flag=True,
        help="Send the key to another host than the one it was first used with.",
    ),
    click.option(
        "--proxy",
        metavar="URL",
        help="HTTP proxy for the provider, or none.  [default: HTTPS_PROXY, ALL_PROXY, NO_PROXY]",
    ),
    click.option(
        "--ca-file",
        type=FILE,
        help="PEM file with certificate authorities to trust, in addition to the system's.",
    ),
    click.option(
        "--timeout", type=TIMEOUT, default="30s", show_default=True, help="Time for one attempt, in all."
    ),
)

session_option = click.option(
    "-s",
    "--session",
    "sessions",
    multiple=True,
    shell_complete=completing.SESSIONS,
    cls=OfGateway,
    variable="session_variable",
    show_envvar=True,
    callback=lambda _context, _option, sessions: tuple(dict.fromkeys(sessions)),
    help="WhatsApp session to check through; repeat it for several.",
)

ledger_option = click.option(
    "--ledger",
    type=LEDGER,
    metavar="FILE|URL",
    default=_default_ledger,
    help="File that keeps the answers, or postgresql://... for several machines.  [default: DATABASE_URL if "
    "it is such a URL, or a file in the user's state folder]",
)


def port_option(default: int) -> Callable[[Command], Command]:
    """Return the option of the port on which a command listens."""
    return click.option(
        "--port",
        type=click.IntRange(0, 65_535),
        default=default,
        show_default=True,
        help="Port to listen on; 0 takes any free one.",
    )


max_age_option = click.option(
    "--max-age",
    type=MAX_AGE,
    default="yes=30d,no=7d,unknown=0",
    show_default=True,
    help="How long earlier answers count: one age for yes and no, or one for each.",
)


def _unless_overridden(context: click.Context, option: click.Parameter, value: bool) -> bool:  # noqa: ARG001, FBT001 - click's signature
    """Return whether to refresh. A `--max-age` on the command line overrides a refresh set elsewhere."""
    refresh, max_age = map(context.get_parameter_source, ("refresh", "max_age"))
    return value and (refresh is ParameterSource.COMMANDLINE or max_age is not ParameterSource.COMMANDLINE)


refresh_option = click.option(
    "--refresh",
    is_flag=True,
    callback=_unless_overridden,
    help="Ask about every number again, although its answer is known.",
)

confirm_option = click.option(
    "--confirm-negatives",
    is_flag=True,
    help='Count a "no" only after a second one: ask once more at the end, through another session if there '
    "is one.",
)

known_options = stack(
    max_age_option,
    refresh_option,
    confirm_option,
    click.option(
        "--only",
        type=click.Choice(["all", "unknown"]),
        default="all",
        show_default=True,
        help="Ask about all numbers without a fresh answer, or only those with an earlier failure.",
    ),
    click.option("--limit", type=click.IntRange(min=0), help="Most numbers to ask about in this run."),
    click.option(
        "--order",
        type=click.Choice(["shuffled", "input"]),
        default="shuffled",
        show_default=True,
        help="Order of the requests; numbers in the list's order may look like scraping.",
    ),
)

rate_option = click.option(
    "--rate",
    type=RATE,
    default="auto",
    show_default=True,
    help="Requests a minute (300/min); auto uses the limit that the provider states, find searches for an "
    "unstated limit, none does not limit the pace.",
)

keys_option = click.option(
    "--keys",
    "key_names",
    metavar="NAME,...",
    shell_complete=completing.KEYS,
    callback=lambda _context, _option, names: tuple(filter(None, (names or "").replace(" ", "").split(","))),
    help="Use these keys, each from a table [keys.NAME] of your settings file, instead of one key.",
)

asking_options = stack(
    session_option,
    keys_option,
    provider_options,
    rate_option,
    click.option(
        "--rate-share",
        type=PART,
        default="100%",
        show_default=True,
        help="Share of the key's limit to use, if others use the key too.",
    ),
    click.option(
        "--concurrency",
        type=click.IntRange(1, MOST_CONCURRENT),
        default=256,
        show_default=True,
        help="Most requests of a key in flight; a slower pace needs fewer.",
    ),
    click.option(
        "--retries",
        type=click.IntRange(0, MOST_RETRIES),
        default=5,
        show_default=True,
        help="Most retries for a number.",
    ),
    click.option(
        "--contacts", is_flag=True, help="First use the answers that the session's synced contacts give."
    ),
)

canary_options = stack(
    click.option(
        "--canary",
        "canaries",
        type=CANARY,
        multiple=True,
        help="Number known to be on WhatsApp, which tests whether a session's answers can be trusted; repeat "
        "it for several.  [default: the session's own]",
    ),
    click.option("--no-canaries", is_flag=True, help="Trust every answer, and never test a session."),
)

price_option = click.option(
    "--price",
    type=PRICE,
    help="Price of a check (0.002), in any currency; plan and summary show the costs.",
)

json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print the result as one line of JSON on standard output."
)
