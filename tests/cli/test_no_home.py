"""A user without a home folder, or with one that cannot be written to, as containers have."""

import os
import pwd
from pathlib import Path

import pytest

from tests.support.cli.constants import ANN, KEY, PLAIN
from tests.support.cli.csv_rows import rows_of
from validator.http.api_key import ApiKey
from validator.ledger import Lock

COMMANDS = {
    "check": ("check", "leads.csv", *PLAIN, "-q"),
    "plan": ("plan", "leads.csv", "-q"),
    "lookup": ("lookup", ANN, *PLAIN, "-q"),
    "sessions": ("sessions", "-q"),
    "contacts": ("contacts", "-o", "contacts.csv", "-q"),
    "doctor": ("doctor", "-q"),
}
LOCK = f"key-{ApiKey(KEY).fingerprint}.lock"


@pytest.fixture(params=["no passwd entry", "no folder", "read-only disk"])
def homeless(request, environment):
    """Take the home folder away."""

    def nobody(_uid):
        raise KeyError("uid not found")

    for name in ("XDG_STATE_HOME", "XDG_CONFIG_HOME"):
        environment.delenv(name)
    match request.param:
        case "no passwd entry":
            environment.delenv("HOME")
            environment.setattr(pwd, "getpwuid", nobody)
        case "no folder":
            environment.setenv("HOME", "/proc/nowhere")
        case _:
            environment.setenv("XDG_STATE_HOME", "/sys/kernel")


@pytest.mark.usefixtures("homeless")
def test_a_ledger_of_ones_own_is_enough(run, provider, listed):
    provider()
    Path("data").mkdir()

    done = run("check", listed(), *PLAIN, "-q", "--ledger", "data/ledger.sqlite")

    assert done.code == 0, done.err
    assert len(rows_of("leads.checked.csv")) == 4
    assert (Path("data") / LOCK).is_file()
    assert run("plan", "leads.csv", "--ledger", "data/ledger.sqlite").code == 0
    assert run("lookup", "+447400123456", "--no-canaries", "--ledger", "data/ledger.sqlite").code in {0, 4}


@pytest.mark.usefixtures("homeless")
def test_the_key_is_for_one_run_at_a_time_all_the_same(run, provider, listed):
    provider()

    with Lock.take(Path(LOCK).resolve(), holder="another run"):
        done = run("check", listed(), *PLAIN, "-q", "--ledger", "ledger.sqlite")

    assert done.code == 7
    assert "this API key is in use" in done.err


@pytest.mark.usefixtures("homeless")
@pytest.mark.parametrize("command", COMMANDS)
def test_without_one_the_remedy_is_one_line_and_works(run, provider, listed, command):
    provider()
    listed()

    done = run(*COMMANDS[command])

    if done.code:
        assert done.code in {2, 3}
        assert command == "doctor" or len(done.said) == 1
        assert "--ledger" in done.err + done.out or "XDG_STATE_HOME" in done.err
    assert run(*COMMANDS[command], "--ledger", "ledger.sqlite").code == 0
    os.environ["XDG_STATE_HOME"] = str(Path("state").resolve())
    assert run(*COMMANDS[command]).code == 0


@pytest.mark.parametrize("path", ["/dev/zero", "large"])
def test_a_key_file_without_an_end_is_read_up_to_a_bound(run, provider, listed, path):
    provider()
    Path("large").write_text("k" * 10_000_000)

    done = run("check", listed(), "--api-key-file", path)

    assert (done.code, len(done.said)) == (2, 1)
    assert "holds more than a key" in done.err
