"""The options that several commands share, each written once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import click

from validator.cli.values import (
    CANARY,
    COLUMN,
    DEADLINE,
    DURATION,
    FILE,
    FORMATS,
    JOIN,
    MAX_AGE,
    PART,
    RATE,
    SHARE,
    SOURCE,
    TOLERANCE,
)
from validator.settings import default_ledger

if TYPE_CHECKING:
    from collections.abc import Callable

    Command = TypeVar("Command", bound=Callable[..., Any])


def stack(*options: Callable[[Command], Command]) -> Callable[[Command], Command]:
    """Return one decorator that applies several, so that the first given is the first in the help text."""

    def apply(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return apply


logging_options = stack(
    click.option("-q", "--quiet", is_flag=True, help="Say nothing but errors."),
    click.option("-v", "--verbose", is_flag=True, help="Say more; numbers are masked."),
    click.option(
        "--log-format",
        type=click.Choice(["text", "json"]),
        default="text",
        show_default=True,
        help="How to log.",
    ),
)

base_url_option = click.option(
    "--base-url",
    envvar="SENDAPI_BASE_URL",
    show_envvar=True,
    help="The provider's address, up to and with /v1.",
)

provider_options = stack(
    click.option("--api-key-file", type=FILE, help="File that holds the key; otherwise SENDAPI_API_KEY."),
    base_url_option,
    click.option(
        "--allow-new-host",
        is_flag=True,
        help="Let the key go to another host than the one it was first used with.",
    ),
    click.option(
        "--timeout", type=DURATION, default="30s", show_default=True, help="For one attempt, in all."
    ),
)

session_option = click.option(
    "-s",
    "--session",
    "sessions",
    multiple=True,
    envvar="SENDAPI_SESSION_ID",
    show_envvar=True,
    callback=lambda _context, _option, sessions: tuple(dict.fromkeys(sessions)),
    help="WhatsApp session to check through; repeat it for several.",
)

output_options = stack(
    click.option(
        "-o", "--output", help="Annotated file; - for standard output.  [default: NAME.checked.EXT]"
    ),
    click.option(
        "--output-dir",
        type=FILE,
        help="Folder for the annotated files of several inputs.  [default: beside each]",
    ),
    click.option("--sendable", type=FILE, help="File for the registered recipients, each number once."),
    click.option("--report", type=FILE, help="HTML file for the report."),
    click.option("--summary", type=FILE, help="JSON file for the summary."),
    click.option(
        "--format",
        type=click.Choice(FORMATS),
        metavar="FORMAT",  # written out, the names would shift every help text with each new one
        help=f"Of the output: {', '.join(FORMATS)}.  [default: the input's]",
    ),
    click.option(
        "--excel-safe",
        is_flag=True,
        help="Make formulas in a CSV output harmless, for a file that is opened in a spreadsheet.",
    ),
    click.option("--prefix", default="", help="Put before the names of the added columns."),
    click.option("--line-type", is_flag=True, help="Add a column with the kind of line: mobile, fixed, ..."),
)

ledger_option = click.option(
    "--ledger",
    type=FILE,
    default=default_ledger,
    help="Where what is known is kept.  [default: in the user's state folder]",
)

column_option = click.option(
    "-c", "--column", help="Column with the phone numbers.  [default: found by name and content]"
)

region_option = click.option(
    "-r", "--region", help="Region of numbers without a country code: GB, +44 or Brazil."
)

accept_option = click.option(
    "--accept",
    type=click.Choice(["valid", "possible"]),
    default="valid",
    show_default=True,
    help="Ask about valid numbers only, or about any of a possible length (new number ranges).",
)

numbers_option = click.option(
    "--numbers",
    type=click.Choice(["auto", "national", "international"]),
    default="auto",
    show_default=True,
    help="How numbers without a plus sign are written: told by the column, or the same for all of it.",
)

variants_option = click.option(
    "--variants",
    is_flag=True,
    help='After a "no", ask about the spelling that WhatsApp may know the number by (BR, MX, AR).',
)

input_options = stack(
    click.option(
        "-c",
        "--column",
        type=COLUMN,
        multiple=True,
        callback=lambda _context, _option, columns: tuple(dict.fromkeys(columns)),
        help="Column with the phone numbers; repeat it for several: the first with a number counts.  "
        "[default: found by name and content]",
    ),
    click.option(
        "-r",
        "--region",
        help="Region of numbers without a country code: GB, +44 or Brazil; auto finds the column with it.",
    ),
    click.option(
        "--region-column", help="Column with each row's region; --region stands in where it is empty."
    ),
    accept_option,
    numbers_option,
    variants_option,
    click.option(
        "--landlines",
        type=click.Choice(["keep", "skip"]),
        default="keep",
        show_default=True,
        help="Ask about fixed lines too, or not.",
    ),
    click.option(
        "--ragged",
        type=click.Choice(["error", "keep"]),
        default="error",
        show_default=True,
        help="Rows of a CSV file with fewer or more cells than its header: refuse the file, or keep them.",
    ),
    click.option(
        "--join",
        type=JOIN,
        default=(),
        help="Columns that make one number, in order: area code and number, or calling code and number.",
    ),
    click.option(
        "--header-row",
        type=click.IntRange(min=1),
        metavar="N",
        help="Row with the names of the columns, counted from 1.  [default: found]",
    ),
    click.option(
        "--encoding", metavar="NAME", help="Encoding of a text file: cp1251, gb18030.  [default: found]"
    ),
    click.option(
        "--hidden",
        type=click.Choice(["keep", "skip"]),
        default="keep",
        show_default=True,
        help="Rows that a filter of a workbook hides: read them like the others, or leave them out.",
    ),
    click.option("--sheet", help="Sheet of a workbook.  [default: the first that is not hidden]"),
    click.option(
        "--suppress",
        type=SOURCE,
        multiple=True,
        help="List of people who must not be asked or sent to; repeat it for several.",
    ),
    click.option(
        "--suppress-column",
        type=COLUMN,
        multiple=True,
        help="Column with the phone numbers of these lists; repeat it for several, which all count.  "
        "[default: found by name and content]",
    ),
)

max_age_option = click.option(
    "--max-age",
    type=MAX_AGE,
    default="yes=30d,no=7d,unknown=0",
    show_default=True,
    help="How long earlier answers hold: one age for yes and no, or each its own.",
)

refresh_option = click.option(
    "--refresh", is_flag=True, help="Ask about every number anew, whatever is known."
)

confirm_option = click.option(
    "--confirm-negatives",
    is_flag=True,
    help='Let a "no" count only when it has been said twice: ask once more, at the end, through another '
    "session where there is one.",
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
        help="Ask about all numbers not yet known, or only those asked about in vain.",
    ),
    click.option(
        "--limit", type=click.IntRange(min=0), help="Ask about at most so many numbers in this run."
    ),
    click.option(
        "--order",
        type=click.Choice(["shuffled", "input"]),
        default="shuffled",
        show_default=True,
        help="In which order to ask; a list in its own order looks like scraping.",
    ),
)

rate_option = click.option(
    "--rate",
    type=RATE,
    default="auto",
    show_default=True,
    help="Requests a minute (300/min); auto obeys what the provider tells, find looks for the limit "
    "where nobody tells it, none does not pace.",
)

keys_option = click.option(
    "--keys",
    "key_names",
    metavar="NAME,...",
    callback=lambda _context, _option, names: tuple(filter(None, (names or "").replace(" ", "").split(","))),
    help="Ask with these keys, each a table [keys.NAME] of your settings file, in place of one key.",
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
        help="Share of the key's limit to use, where somebody else uses it too.",
    ),
    click.option(
        "--concurrency",
        type=click.IntRange(1, 1_000),
        default=256,
        show_default=True,
        help="Requests in flight at most; fewer where the pace needs fewer.",
    ),
    click.option(
        "--retries",
        type=click.IntRange(0, 20),
        default=5,
        show_default=True,
        help="Further attempts for a number after the first has failed.",
    ),
    click.option(
        "--contacts", is_flag=True, help="Take over what the session's synced contacts tell, first."
    ),
)

canary_options = stack(
    click.option(
        "--canary",
        "canaries",
        type=CANARY,
        multiple=True,
        help="Number known to be on WhatsApp, to see whether a session tells the truth; repeat it for "
        "several.  [default: the session's own]",
    ),
    click.option(
        "--no-canaries", is_flag=True, help='Believe every "no" as it comes, and never ask to make sure.'
    ),
)

stop_options = stack(
    click.option(
        "--max-unknown",
        type=TOLERANCE,
        default="0",
        show_default=True,
        help="So many rows, or such a share, may stay unknown in a finished run.",
    ),
    click.option(
        "--max-error-rate",
        type=SHARE,
        default="100%",
        show_default=True,
        help="Stop when more of the latest attempts fail.",
    ),
    click.option(
        "--max-wait",
        type=DURATION,
        default="1h",
        show_default=True,
        help="Stop when told to stay away for longer.",
    ),
    click.option(
        "--max-outage",
        type=DURATION,
        default="6h",
        show_default=True,
        help="Stop when the provider has not answered for longer.",
    ),
    click.option(
        "--deadline", type=DEADLINE, help="Stop after this time (2h), or at this time of day (06:30)."
    ),
    click.option(
        "--daily-cap",
        type=click.IntRange(min=2),
        help="Attempts a day through each session, runs taken together; one is kept for a canary.",
    ),
)

json_option = click.option(
    "--json", "as_json", is_flag=True, help="End standard output with one line of JSON."
)
