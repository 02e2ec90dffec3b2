"""A Prefect flow that checks a list every night.

It is retried if the run stopped early, and is skipped if another run holds the key.

The decision is in `check_recipients`, which needs no Prefect; the flow below is made if Prefect is there.
"""

from __future__ import annotations

from importlib.util import find_spec

import validator


class Skip(Exception):
    """Another run holds the key or the ledger: there is nothing to do now."""


class Retry(Exception):
    """The run goes on from there; run it again later."""


def check_recipients(source: str) -> int:
    """Check the list; return how many recipients can be sent to.

    Raises:
        Skip: another run holds the key or the ledger.
        Retry: the run stopped early, or left recipients unknown.
        ValidatorError: somebody has to act: the key, the list or the configuration.
    """
    targets = validator.FileTargets(sendable=f"{source}.sendable.csv")
    try:
        summary = validator.check_file(source, targets=targets)
    except validator.Busy as error:
        raise Skip(str(error)) from error
    except validator.StoppedEarly as error:  # before it had begun: the provider cannot be reached
        raise Retry(str(error)) from error
    if summary.exit_code in {4, 5}:
        raise Retry(summary.stopped_because or "some recipients are still unknown")
    if summary.exit_code:
        raise validator.ValidatorError(summary.stopped_because or f"exit code {summary.exit_code}")
    return summary.sendable_rows


if find_spec("prefect"):
    from prefect import flow, task
    from prefect.states import Completed

    def goes_on(_task: object, _run: object, state: object) -> bool:
        """Whether a failed task is worth another try."""
        return isinstance(state.result(raise_on_failure=False), Retry)

    check = task(retries=5, retry_delay_seconds=1800, retry_condition_fn=goes_on)(check_recipients)

    @flow
    def recipients(source: str = "/data/leads.csv") -> object:
        """Check the list of tomorrow's campaign."""
        try:
            return check(source)
        except Skip as why:
            return Completed(name="Skipped", message=str(why))

    if __name__ == "__main__":
        recipients.serve(cron="5 1 * * *")
