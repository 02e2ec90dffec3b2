"""`validator lookup`: check a few numbers, and print the results on standard output."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from msgspec import field
from msgspec.structs import replace

from validator.batch.lookup import any_known, any_unknown, look_up
from validator.batch.open_asker import open_asker
from validator.batch.open_files import raise_limit
from validator.batch.planning.plan import second_round
from validator.batch.watching.stop import Stop
from validator.cli.lists.copies import copy_of_stdin
from validator.cli.lists.inputs import STDIO
from validator.cli.options.ask_options import AskOptions, under_signals
from validator.cli.process.logs import set_up_logging
from validator.cli.process.show import make_progress, show_rows, show_suspects
from validator.cli.process.standard_streams import require_stdout
from validator.errors import EXIT_TOO_MANY_UNKNOWN, StoppedEarly, UsageError, ValidatorError
from validator.ledger import read
from validator.local_time import unix_ms
from validator.model import Reason
from validator.phone import Accept, parse_region
from validator.settings import MaxAge

if TYPE_CHECKING:
    from collections.abc import Callable

    from validator.batch.asked import Asked
    from validator.batch.lookup import LookedUp
    from validator.batch.planning.plan import Plan
    from validator.batch.run import Ask
    from validator.ledger import LedgerReader
    from validator.ledger_url import Location


log = logging.getLogger(__name__)


class LookupOptions(AskOptions, frozen=True, kw_only=True):
    """All options of `lookup`."""

    numbers: tuple[str, ...]
    region: str | None
    accept: str
    max_age: MaxAge
    refresh: bool
    variants: bool
    confirm_negatives: bool
    ledger: Location
    as_json: bool
    quiet: bool
    verbose: bool
    log_format: str
    offline: bool
    now_ms: int = field(default_factory=lambda: unix_ms(datetime.now(UTC)))

    @property
    def ages(self) -> MaxAge:
        """How long earlier answers count; with `--refresh` none does."""
        return MaxAge.none() if self.refresh else self.max_age


def run(**given: Any) -> int:
    """Check a few numbers and print one line for each, by the same rules as `check`."""
    options = LookupOptions(**given)
    set_up_logging(quiet=options.quiet, verbose=options.verbose, log_format=options.log_format)
    require_stdout()
    if STDIO in options.numbers:
        options = replace(options, numbers=_with_typed(options.numbers))
    asked: list[Asked] = []
    rows = _known(options) if options.offline else _asked(options, asked)
    ending = next((one.ending for one in asked), None)
    if ending is None:
        show_rows(rows.columns, rows.iter_rows(), as_json=options.as_json)
    else:
        _show_answers(rows, as_json=options.as_json)
        raise _with_next_step(ending, options.ages)
    warnings = [warning for one in asked for warning in one.warnings]
    if not any_unknown(rows):
        return 0
    for warning in warnings:
        log.warning("%s", warning)
    if options.quiet:
        show_suspects(rows["reason"].to_list().count(Reason.SESSION_SUSPECT.value))
    return EXIT_TOO_MANY_UNKNOWN


def _with_typed(numbers: tuple[str, ...]) -> tuple[str, ...]:
    """Return the numbers with the lines of standard input in place of `-`; blank lines do not count.

    Raises:
        UsageError: there are none, or `-` is given twice.
    """
    place = numbers.index(STDIO)
    if STDIO in numbers[place + 1 :]:
        raise UsageError("- is standard input, which is read once; give it once")
    text = copy_of_stdin(quiet=True).read_text("utf-8-sig", errors="replace")
    typed = tuple(line.strip() for line in text.splitlines() if line.strip())
    if not typed:
        raise UsageError("standard input has no numbers; write one on each line")
    return (*numbers[:place], *typed, *numbers[place + 1 :])


def _show_answers(rows: LookedUp, *, as_json: bool) -> None:
    """Show the rows of a run that stopped early, if one has an answer.

    As JSON they are not shown: standard output has one object, which then says why the run stopped.
    """
    if any_known(rows) and not as_json:
        show_rows(rows.columns, rows.iter_rows(), as_json=False)


def _known(options: LookupOptions) -> LookedUp:
    """Return the results in the ledger; makes no request, and needs no key."""
    if options.refresh:
        raise UsageError(
            "--offline makes no request, and --refresh asks about every number; leave one of them out"
        )
    with read(options.ledger) as ledger:
        return _look_up(options, ledger, lambda _: None)


def _asked(options: LookupOptions, asked: list[Asked]) -> LookedUp:
    """Ask about the numbers that the ledger does not know, and return all results.

    Adds how the asking ended to `asked`, if there was a number to ask about.
    """
    keys = options.keys()
    raise_limit(options.concurrency * len(keys))
    stop, progress = Stop(), make_progress(quiet=options.quiet)
    with (
        open_asker(
            keys,
            options.ask_settings,
            ledger=options.ledger,
            holder="validator lookup",
            progress=progress,
            stop=stop,
        ) as (asker, ledger, _),
        progress,
    ):
        next_round = partial(second_round, ledger=ledger, max_age=options.ages, now_ms=options.now_ms)
        ask = partial(_ask, under_signals(asker, stop), next_round, asked)
        return _look_up(options, ledger, ask)


def _with_next_step(ending: ValidatorError, ages: MaxAge) -> ValidatorError:
    """Return why a run stopped, with the next step: the same command, which asks only what is missing.

    If no earlier answer counts, it would ask about every number again. After a signal the user knows.
    """
    if ages == MaxAge.none() or type(ending) is not StoppedEarly:
        return ending
    return StoppedEarly(f"{ending}. Run the same command again later: it goes on from here")


def _look_up(options: LookupOptions, ledger: LedgerReader, ask: Callable[[Plan], None]) -> LookedUp:
    return look_up(
        options.numbers,
        region=None if options.region is None else parse_region(options.region),
        accept=Accept(options.accept),
        ledger=ledger,
        max_age=options.ages,
        now_ms=options.now_ms,
        confirms=options.confirm_negatives,
        variants=options.variants,
        ask=ask,
    )


def _ask(ask: Ask, next_round: Callable[[Plan], Plan], asked: list[Asked], plan: Plan) -> None:
    if not len(plan.numbers):
        return
    asked.append(ask(plan, next_round))
    ending = asked[-1].ending
    if ending is not None and not isinstance(ending, StoppedEarly):
        raise ending
