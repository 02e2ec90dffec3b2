"""An Airflow task that checks a list every night.

It is retried if the run stopped early, and skipped if another run holds the key.

The decision is in `check_recipients`, which needs no Airflow; the DAG below is built if Airflow is there.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from importlib.util import find_spec

import validator


class Skip(Exception):
    """Another run holds the key or the ledger: there is nothing to do now."""


class Retry(Exception):
    """The run stopped early and goes on from there; run the task again later."""


def check_recipients(source: str) -> int:
    """Check the list; return how many recipients can be sent to.

    Raises:
        Skip: another run holds the key or the ledger.
        Retry: the run stopped early: a deadline, a cap, or an outage.
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


if find_spec("airflow"):
    from airflow.sdk import dag, task
    from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

    @dag(schedule="5 1 * * *", start_date=datetime(2026, 1, 1, tzinfo=UTC), catchup=False, max_active_runs=1)
    def recipients() -> None:
        """Check the list of tomorrow's campaign."""

        @task(retries=5, retry_delay=timedelta(minutes=30))
        def check(source: str) -> int:
            try:
                return check_recipients(source)
            except Skip as why:
                raise AirflowSkipException(str(why)) from why
            except validator.ValidatorError as why:
                raise AirflowFailException(str(why)) from why  # another try would end alike

        check("/data/leads.csv")

    recipients()
