"""A run on several machines: from options to a run on a cluster, which signals end in order."""

from __future__ import annotations

import secrets
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from validator.batch.ask_settings import require_distinct
from validator.batch.known_hosts import host_for
from validator.batch.output.summarise import summarise_plan
from validator.batch.planned import plan_summary
from validator.batch.recipients.job import ListSettings, Order, checked_name
from validator.batch.watching.stop import Stop
from validator.cli.lists.inputs import STDIO, local_file, matching_lists
from validator.cli.process.interruption import interruptible
from validator.cli.process.show import make_progress, show_plan_summary, show_start
from validator.cli.process.signals import run_until_stopped
from validator.cli.runs.list_run import numbers_per_min
from validator.errors import UsageError
from validator.ledger import open_ledger
from validator.ledger_url import LedgerUrl
from validator.local_time import unix_ms
from validator.model import ObjectUrl
from validator.tables import is_read_once

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from validator.batch.ask_settings import KeySettings
    from validator.batch.asked import Asked
    from validator.batch.asking.counters import RunCounters
    from validator.cli.options.list_options import ListOptions
    from validator.cli.runs.list_run import ListRunOptions
    from validator.cluster.asking import CrewSettings
    from validator.cluster.machines import Machines
    from validator.cluster.preparing import ClusterList, Prepared
    from validator.cluster.work import Work
    from validator.reports import Progress, Summary
    from validator.settings import Rate

EXTRA = "--cluster needs more packages; install them with: pip install 'recipient-validator[cluster]'"


def check_on_cluster(options: ListRunOptions) -> Summary:
    """Check a list on several machines and return the summary; a first signal ends the run in order.

    Raises:
        UsageError: an option cannot be used with a cluster, or the cluster cannot be used.
        ValidatorError: as `ClusterRun.run`.
    """
    _require_spreadable(options)
    folder = _folder(options)
    keys = options.asking.keys()
    require_distinct(keys)
    connected = _ray()
    from validator.cluster.asking import CrewSettings  # noqa: PLC0415 - these imports need the extra
    from validator.cluster.list_work import LedgerView  # noqa: PLC0415
    from validator.cluster.preparing import Preparing, Spread  # noqa: PLC0415
    from validator.cluster.run import ClusterRun, marked  # noqa: PLC0415

    known = LedgerView(options.ledger, unix_ms(datetime.now(UTC)))
    settings = options.run_settings("check", options.reports)
    progress, stop = make_progress(quiet=options.quiet), Stop()
    with ExitStack() as stack:
        stack.enter_context(interruptible())
        mark = stack.enter_context(marked(folder))
        list_ = _list(options, folder, mark)
        holder = f"validator check {_name(list_)}"
        ledger = stack.enter_context(open_ledger(options.ledger, holder=holder))
        machines = stack.enter_context(connected(options.cluster))
        max_age = list_.settings.max_age
        crew = CrewSettings(options.asking.ask_settings, known, max_age, holder, secrets.token_hex(6))
        stack.enter_context(progress)
        preparing = Preparing(list_, machines, known, progress, Spread())
        on_prepared = partial(_show_start, options, keys)
        run = ClusterRun(list_, machines, known, preparing, settings, on_prepared=on_prepared)
        ask = partial(_ask, keys, crew, machines, stop=stop, progress=progress)
        return run.run(ask, ledger)


def plan_on_cluster(
    options: ListOptions, rate: Rate, gateway: str, base_url: str | None, *, max_invalid: float
) -> int:
    """Make the plan of a list on several machines, show it, and return the exit code."""
    _require_ledger(options)
    connected = _ray()
    from validator.cluster.list_work import LedgerView  # noqa: PLC0415 - needs the extra
    from validator.cluster.preparing import Preparing, Spread  # noqa: PLC0415

    now = datetime.now(UTC)
    known = LedgerView(options.ledger, unix_ms(now))
    list_ = _list(options, Path(), "")
    with interruptible(), connected(options.cluster) as machines, make_progress(quiet=options.quiet) as shown:
        prepared = Preparing(list_, machines, known, shown, Spread()).prepare()
    summary = plan_summary(
        prepared.opened,
        prepared.plan,
        calls=prepared.work.total,
        rate_per_min=rate.per_min,
        now=now,
        gateway=gateway,
        host=host_for(gateway, base_url),
        max_invalid=max_invalid,
    )
    show_plan_summary(summary, as_json=options.as_json, quiet=options.quiet)
    return 0


def _show_start(options: ListRunOptions, keys: Sequence[KeySettings], prepared: Prepared) -> None:
    prepared.plan.require_allowed(options.asking.canaries)
    start = summarise_plan(
        prepared.opened.job,
        prepared.plan,
        calls=prepared.work.total,
        rate_per_min=numbers_per_min(options, keys),
        now=datetime.now(UTC),
        plans={},
        read_as=prepared.opened.read_as,
    )
    show_start(start, quiet=options.quiet)


def _ask(
    keys: Sequence[KeySettings],
    crew: CrewSettings,
    machines: Machines,
    work: Work,
    *,
    stop: Stop,
    progress: Progress,
) -> tuple[Asked, RunCounters]:
    """Ask on an event loop; a first signal ends the run in order, a second one at once."""
    from validator.cluster.asking import ask_all_work  # noqa: PLC0415 - needs the extra

    ask = partial(ask_all_work, keys, crew, machines, work, stop=stop, progress=progress)
    return run_until_stopped(ask, stop)


def _ray() -> Any:
    """Return the function that connects to a cluster.

    Raises:
        UsageError: Ray is not installed.
    """
    try:
        from validator.cluster.ray_machines import connected  # noqa: PLC0415 - needs the extra
    except ModuleNotFoundError as error:
        raise UsageError(EXTRA) from error
    return connected


def _require_ledger(options: ListOptions) -> None:
    if not isinstance(options.ledger, LedgerUrl):
        raise UsageError(
            "--cluster needs a ledger that several machines can write to; name one in PostgreSQL: "
            "--ledger postgresql://..."
        )


def _require_spreadable(options: ListRunOptions) -> None:
    """Raise `UsageError` for options that need a single machine."""
    _require_ledger(options)
    asked_for = {
        "--output": options.output is not None,
        "--sendable": options.sendable is not None,
        "--split": options.split is not None,
        "--enough": options.enough is not None,
        "--limit": options.limit is not None,
        "--confirm-negatives": options.confirm_negatives,
        "--variants": options.variants,
        "--contacts": options.asking.contacts,
        "--order input": options.order is Order.INPUT,
    }
    if given := next((option for option, is_given in asked_for.items() if is_given), None):
        raise UsageError(
            f"{given} does not go with --cluster, which writes parts to --output-dir; leave it out"
        )


def _folder(options: ListOptions) -> Path | ObjectUrl:
    if options.output_dir is None:
        raise UsageError("--cluster writes a part for each list; name their folder with --output-dir")
    return options.output_dir


def _list(options: ListOptions, folder: Path | ObjectUrl, mark: str) -> ClusterList:
    """Return the list that the options name, in parts.

    Raises:
        UsageError: a part can be read on this machine only, or two parts would have the same output.
    """
    from validator.cluster.parts import Part  # noqa: PLC0415 - needs the extra
    from validator.cluster.preparing import ClusterList  # noqa: PLC0415

    sources = tuple(dict.fromkeys(one for given in options.input for one in _sources(given)))
    targets: dict[str, Path | ObjectUrl] = {}
    parts = []
    for source in sources:
        name = checked_name(
            Path(source.parts[1]) if isinstance(source, ObjectUrl) else source, options.format
        )
        if name in targets:
            raise UsageError(f"{targets[name]} and {source} would both be written to {name}; rename one")
        targets[name] = source
        parts.append(Part(source, _in(folder, name), mark))
    suppress = tuple(local_file(given, quiet=options.quiet) for given in options.suppress)
    return ClusterList(tuple(parts), folder, ListSettings(**options.list_settings()), suppress)


def _sources(given: Path | ObjectUrl) -> Iterator[Path | ObjectUrl]:
    if isinstance(given, ObjectUrl):
        yield from matching_lists(given)
        return
    if str(given) == STDIO or is_read_once(given):
        raise UsageError(f"{given} can be read by this machine only; --cluster takes files and URLs")
    yield from (Path(str(path)).absolute() for path in matching_lists(given))


def _in(folder: Path | ObjectUrl, name: str) -> Path | ObjectUrl:
    if isinstance(folder, ObjectUrl):
        return ObjectUrl(f"{folder.text.rstrip('/')}/{name}")
    return folder.absolute() / name


def _name(list_: ClusterList) -> str:
    first, *more = (str(part.source).rpartition("/")[2] for part in list_.parts)
    return f"{first} and {len(more)} more" if more else first
