"""The commands over a ledger in PostgreSQL, and the ways in which there is none."""

import json
from pathlib import Path

import psycopg
import pytest

from tests.support.cli.constants import ANN, KEY, PLAIN
from tests.support.ledger.databases import cut_all
from validator.http.api_key import ApiKey
from validator.ledger import read
from validator.ledger.postgres.key_locks import KeyLocks

AWAY = "postgresql://me:s3cret@127.0.0.1:1/ledger?connect_timeout=2"


def test_a_run_and_all_that_reads_its_ledger_work_over_postgresql(run, check, database, environment):
    environment.setenv("DATABASE_URL", database.reveal())

    assert check("--json").json["asked"] > 0
    assert check("--json").json["asked"] == 0
    assert run("plan", "leads.csv", "--accept", "possible", "--json").json["calls_to_make"] == 0
    assert "registered" in run("lookup", ANN, "--accept", "possible", "--offline").out
    assert run("report", "leads.csv", "--accept", "possible", "--report", "page.html").code == 0
    stats = run("ledger", "stats", "--json").json
    assert (stats["path"], stats["numbers"] > 0, len(stats["latest_runs"])) == (str(database), True, 2)
    assert run("ledger", "runs", "--json").code == 0
    assert run("ledger", "show", ANN).code == 0
    assert "is intact and has" in run("doctor").out


def test_facts_go_from_postgresql_to_a_file_and_back(run, check, database, databases, tmp_path):
    check("--ledger", database.reveal())
    exported = run("ledger", "export", "facts.csv", "--ledger", database.reveal(), "--json").json["facts"]
    other = databases.lend()

    for place in (tmp_path / "other.sqlite", other.reveal()):
        assert run("ledger", "import", "facts.csv", "--ledger", place, "--json").json["news"] == exported
        assert run("ledger", "import", "facts.csv", "--ledger", place, "--json").json["news"] == 0
    with read(tmp_path / "other.sqlite") as file, read(other) as reader:
        assert list(file.facts()) == list(reader.facts())
    databases.take_back(other)


def test_purging_says_what_postgresql_keeps_elsewhere(run, check, database):
    check("--ledger", database.reveal())

    purged = run("ledger", "purge", "--number", ANN, "--yes", "--json", "--ledger", database.reveal())

    assert json.loads(purged.out)["numbers"] == 1
    assert "backups" in purged.err


def test_the_environment_names_the_database_that_applications_share(run, check, database, environment):
    environment.setenv("DATABASE_URL", database.reveal())

    check()

    with read(database) as reader:
        assert reader.numbers() > 0


def test_a_database_of_another_kind_is_not_taken_for_the_ledger(check, ledger_path, environment):
    environment.setenv("DATABASE_URL", "mysql://me:s3cret@127.0.0.1/app")

    check()

    assert ledger_path.exists()


@pytest.mark.parametrize("command", [["check", "--no-canaries"], ["plan"]])
def test_a_server_that_is_away_is_one_line_without_the_password(run, listed, provider, command):
    provider()
    listed()

    done = run(*command, "leads.csv", "--ledger", AWAY)

    assert (done.code, len(done.said)) == (3, 1)
    assert "postgresql://me:***@127.0.0.1:1" in done.said[0]
    assert "s3cret" not in done.err


def test_a_folders_settings_do_not_say_which_database(run, listed, provider):
    provider()
    Path("validator.toml").write_text(f'ledger = "{AWAY}"', encoding="utf-8")

    done = run("check", listed(), *PLAIN)

    assert done.code == 2
    assert "s3cret" not in done.err


def test_the_settings_that_are_shown_hide_the_password(run):
    shown = run("config", "check", "--ledger", AWAY)

    assert "s3cret" not in shown.out + shown.err


def test_no_run_is_recorded_where_the_role_may_only_read(check, database, postgres):
    postgres.execute(
        "DROP ROLE IF EXISTS reader",
        "CREATE ROLE reader LOGIN",
        "GRANT USAGE ON SCHEMA validator TO reader",
        "GRANT SELECT ON ALL TABLES IN SCHEMA validator TO reader",
        database=postgres.name_of(database),
    )
    try:
        done = check("--ledger", database.reveal().replace("user=owner", "user=reader"))
    finally:
        with psycopg.connect(database.reveal()) as connection:
            connection.execute("DROP OWNED BY reader")
    assert done.code == 3
    assert "Grant the role what docs/postgresql.md says" in done.said[0]


def test_a_key_that_another_machine_uses_is_left_alone(check, database):
    with KeyLocks.take(database, [ApiKey(KEY).fingerprint], holder="validator check b.csv on other"):
        done = check("--ledger", database.reveal())

    assert done.code == 7
    assert "in use by validator check b.csv on other since" in done.said[0]


def test_a_run_whose_server_cuts_it_off_stops_and_goes_on_later(run, listed, provider, stage, database):
    numbers = [f"+4477009{place:05}" for place in range(3_000)]
    listed("phone\n" + "\n".join(numbers) + "\n")
    app, came = provider(registered_share=1.0, limit_per_min=600), iter(range(1, 100_000))

    async def serve(*exchange):
        if next(came) == 40:
            cut_all(database)
        await app(*exchange)

    stage[0].app = serve
    command = ("check", "leads.csv", *PLAIN, "--ledger", database.reveal(), "--json", "--grace", "2s")
    first = run(*command)

    assert first.code == 5
    assert "the lock of the key was lost" in first.err + json.dumps(first.json)
    with read(database) as reader:
        assert reader.numbers() >= first.json["asked"] > 0
