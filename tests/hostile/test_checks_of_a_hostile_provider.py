"""`validator check` when every check meets one misdeed: unknown and never "no", in order, and resumable.

The key is written down nowhere, and numbers are nowhere but in ledger and lists.
"""

import csv

import pytest

from tests.support.hostile.misdeeds import CASES, ENDINGS, KEY, answer, is_registered
from validator.model import Reason

NUMBERS = ["+447700900100", "+447700900101", "+447700900102"]
# For what has to be left at the deadline, and for all else, however busy this machine is.
TIMEOUT_S, PATIENCE_S = 2, 60
LISTS = {"list.csv", "out.csv", "send.csv"}

pytestmark = pytest.mark.slow


@pytest.fixture
def check(run, folder):
    (folder / "list.csv").write_text("phone\n" + "\n".join(NUMBERS) + "\n")
    options = (
        "-o out.csv --sendable send.csv --report r.html --summary s.json --json --accept possible "
        "--no-canaries --rate none --retries 0 -v"
    )

    def check(log_format, timeout_s=PATIENCE_S):
        timed = f"--log-format {log_format} --timeout {timeout_s}s"
        return run("check", "list.csv", *options.split(), *timed.split())

    return check


def verdicts(folder):
    with (folder / "out.csv").open(newline="") as file:
        return [(row["verdict"], row["is_whatsapp_user"], row["reason"]) for row in csv.DictReader(file)]


# What the first run leaves in the ledger for the next one differs by its reason alone.
ONE_OF_EACH_REASON = {case.reason: name for name, case in CASES.items()}.values()


@pytest.mark.parametrize("name", CASES)
def test_a_misdeed_is_no_verdict_and_the_next_run_goes_on(check, provider, folder, name):
    case = CASES[name]
    provider.misdeed = case.play

    timeout_s = TIMEOUT_S if case.reason == Reason.TIMEOUT else PATIENCE_S
    code, said = check("text" if len(name) % 2 else "json", timeout_s)

    assert code == 4, said
    assert verdicts(folder) == [("unknown", "", case.reason)] * len(NUMBERS)
    assert_nothing_leaked(folder, said)
    if name in ONE_OF_EACH_REASON:
        assert_the_next_run_goes_on(check, provider, folder)


def assert_the_next_run_goes_on(check, provider, folder):
    provider.misdeed = answer
    code, said = check("text")

    assert code == 0, said
    assert [yes == "true" for _, yes, _ in verdicts(folder)] == list(map(is_registered, NUMBERS))
    assert_nothing_leaked(folder, said)


@pytest.mark.parametrize("name", ENDINGS)
def test_what_ends_a_run_is_told_without_key_and_number(check, provider, folder, name):
    provider.misdeed, expected = ENDINGS[name]
    provider.spoils_later_looks = True  # or nothing confirms it

    code, said = check("json")

    assert code == expected, said
    assert "[key]" in said
    assert "[number]" in said
    assert_nothing_leaked(folder, said)


def test_a_look_at_the_session_that_fails_is_told_without_key_and_number(check, provider, folder):
    provider.misdeed, expected = ENDINGS["401 that quotes it all"]
    provider.spoils_looks = True

    code, said = check("text")

    assert code == expected, said
    assert "[key]" in said
    assert_nothing_leaked(folder, said)


def assert_nothing_leaked(folder, said):
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert "ledger.sqlite" in {path.name for path in files}
    assert_absent([KEY], said.encode(), *[path.read_bytes() for path in files])
    private = [path for path in files if path.name not in LISTS and not path.name.startswith("ledger.sqlite")]
    assert_absent([number[1:] for number in NUMBERS], said.encode(), *[path.read_bytes() for path in private])


def assert_absent(texts, *contents):
    for content in contents:
        assert not [text for text in texts if text.encode() in content], content[:2_000]
