"""`--ledger` with a place where no ledger is, or can be."""

from pathlib import Path

import pytest

from validator import RunOptions, check_file, make_key
from validator.errors import LedgerError, UsageError

WRONG = "postgressql://me:s3cret@db.example/x"
COMMANDS = [
    ["plan", "leads.csv"],
    ["check", "leads.csv"],
    ["ledger", "stats"],
    ["report", "leads.csv"],
    ["doctor"],
]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_url_of_no_ledger_makes_no_file(run, listed, provider, files, command):
    provider()
    listed()

    done = run(*command, "--ledger", WRONG)

    assert (done.code, files()) == (2, ["leads.csv"])
    assert "Did you mean 'postgresql'?" in done.err
    assert "s3cret" not in done.out + done.err


def test_it_is_refused_in_a_settings_file_and_in_the_environment_too(run, listed, environment, files):
    listed()
    Path("own.toml").write_text(f'ledger = "{WRONG}"\n')
    in_file = run("--config", "own.toml", "plan", "leads.csv")
    shown = run("--config", "own.toml", "config", "plan")
    environment.setenv("DATABASE_URL", WRONG)
    in_environment = run("plan", "leads.csv")

    assert (in_file.code, shown.code, in_environment.code) == (2, 2, 2)
    assert files() == ["leads.csv", "own.toml"]
    assert "DATABASE_URL has a postgressql:// URL" in in_environment.err
    assert "s3cret" not in in_file.err + in_environment.err + shown.err


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("folder", [".", "..", "some", "/"])
def test_a_folder_is_no_ledger(run, listed, provider, command, folder):
    provider()
    listed()
    Path("some").mkdir()

    done = run(*command, "--ledger", folder)

    assert done.code == 3
    assert f"the ledger {folder} is a folder; name a file in it" in done.out + done.err


def test_the_library_refuses_the_same(listed):
    path = listed()

    with pytest.raises(LedgerError, match="is a folder; name a file in it"):
        check_file(path, options=RunOptions(keys=[make_key("sk_test_0123456789", "s")], ledger="."))
    with pytest.raises(UsageError, match="cannot be a mysql:// URL"):
        RunOptions(ledger="mysql://me@db/x")


@pytest.mark.parametrize("command", [["ledger", "stats"], ["report", "leads.csv"]])
def test_a_ledger_that_does_not_exist_is_not_an_empty_one(run, listed, command):
    listed()

    done = run(*command, "--ledger", "typo.sqlite")

    assert (done.code, Path("typo.sqlite").exists()) == (3, False)
    assert "there is no ledger typo.sqlite" in done.err
