"""Two runs over one list, with a key each and one ledger in PostgreSQL: they share the work."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.support.ledger.databases import database, databases, postgres  # noqa: F401 - fixtures
from tests.support.sandboxes import served
from validator import FileTargets, RunOptions, check_file
from validator.batch.keys import make_key
from validator.batch.recipients.job import ListSettings
from validator.tables import open_table

ROWS = 120


@pytest.fixture
def listed(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text("phone\n" + "".join(f"07400{100_000 + row}\n" for row in range(ROWS)), encoding="utf-8")
    return path


def verdicts_of(path):
    return [row["verdict"] for batch in open_table(path).batches() for row in batch.to_dicts()]


@pytest.mark.slow
def test_two_runs_over_one_list_ask_about_each_number_once(database, listed, tmp_path, monkeypatch):  # noqa: F811
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with served(more_sessions=3, limit_per_min=300, limiter="gcra_smooth") as (app, url):

        def check(place):
            name = "ab"[place]
            session = f"sess_more_{place + 1}"
            key = make_key(f"sk_test_{name}", session, name=name, base_url=url, allow_new_host=True)
            options = RunOptions(keys=[key], settings=ListSettings(region="GB"), ledger=database)
            return check_file(listed, targets=FileTargets(output=tmp_path / f"{name}.csv"), options=options)

        with ThreadPoolExecutor(2) as both:
            first, second = both.map(check, range(2))
        asked = app.log.numbers

    assert (first.exit_code, second.exit_code) == (0, 0)
    # Beside the numbers there are canaries, and a "no" that nothing vouched for in time is asked again.
    extra = sum(run.calls.canaries + run.calls.retracted for run in (first, second))
    assert ROWS <= sum(asked.values()) <= ROWS + extra
    assert min(first.asked, second.asked) > 0
    assert verdicts_of(tmp_path / "a.csv") == verdicts_of(tmp_path / "b.csv")
