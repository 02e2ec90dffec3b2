"""The key is nowhere but in the header that needs it, and numbers are nowhere but in ledger and outputs."""

import os
import re
import subprocess
import sys

import pytest

from tests.support import commands

KEY = "sk_test_unlimited_CANARYcanary0123456789"
SESSION = "sess_01H8BKF0000000000000000Z2T"

# Magic numbers of the sandbox, each of which makes something go wrong; and ordinary ones.
TROUBLE = [f"+4477009000{number:02d}" for number in (1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 12, 13)]
ORDINARY = [f"+4477009001{number:02d}" for number in range(30)]
DIGITS = [number.removeprefix("+") for number in TROUBLE + ORDINARY]


@pytest.fixture(scope="module")
def base_url():
    with commands.Popen(["sandbox", "--port", "0"], stderr=subprocess.PIPE, text=True) as server:
        yield server.stderr.readline().split("ready at ")[1].strip()
        server.terminate()


@pytest.fixture(scope="module", params=["text", "json"])
def run(request, base_url, tmp_path_factory):
    """A verbose run in which most things go wrong that can; the folder, and all that it said."""
    folder = tmp_path_factory.mktemp("secrets")
    (folder / "list.csv").write_text("phone\n" + "\n".join(TROUBLE + ORDINARY) + "\n")
    (folder / "key").write_text(KEY + "\n")
    (folder / "key").chmod(0o600)
    options = (
        "-o out.csv --sendable send.csv --report r.html --summary s.json --accept possible "
        "--retries 0 --rate none -v --api-key-file key"
    )
    done = commands.run(
        ["check", "list.csv", *options.split(), "--log-format", request.param],
        cwd=folder,
        env=os.environ
        | {
            "XDG_STATE_HOME": str(folder / "state"),
            "SENDAPI_BASE_URL": base_url,
            "SENDAPI_SESSION_ID": SESSION,
        },
        capture_output=True,
        check=False,
    )
    assert done.returncode == 4, done.stderr.decode()
    return folder, done.stdout + done.stderr


@pytest.mark.slow
def test_the_key_is_written_nowhere(run):
    folder, said = run
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != "key"]

    assert KEY.encode() not in said
    assert not [path for path in files if KEY.encode() in path.read_bytes()]
    assert any(path.name == "ledger.sqlite" for path in files), "the ledger was not looked at"


@pytest.mark.slow
def test_numbers_are_in_no_log_and_no_report(run):
    folder, said = run
    found = said + (folder / "r.html").read_bytes() + (folder / "s.json").read_bytes()

    assert not [number for number in DIGITS if number.encode() in found]
    assert re.search(rb"checking", said), "the run was not verbose"


@pytest.mark.slow
def test_numbers_are_where_they_belong(run):
    """What the search above looks for is there to be found: in the output."""
    folder, _ = run
    output = (folder / "out.csv").read_text()

    assert all(f"+{number}" in output for number in DIGITS)


@pytest.mark.slow
def test_a_crash_tells_neither_key_nor_number():
    """The last net shows a traceback with -v; the types that hold secrets do not show them in it."""
    code = (
        "import sys, logging\n"
        "from validator.cli.process.logs import set_up_logging\n"
        "from validator.cli.process.errors import report_failure\n"
        "from validator.model import Number\n"
        "from validator.sendapi import ApiKey\n"
        "set_up_logging(quiet=False, verbose=True, log_format='text')\n"
        f"key, number = ApiKey.parse({KEY!r}), Number.parse({TROUBLE[0]!r})\n"
        "try:\n"
        "    raise RuntimeError(f'{key} {key!r} {number} {number!r}')\n"
        "except RuntimeError as error:\n"
        "    sys.exit(report_failure(error))\n"
    )
    done = subprocess.run([sys.executable, "-"], input=code.encode(), capture_output=True, check=False)

    assert done.returncode == 1
    assert b"Traceback" in done.stderr
    assert KEY.encode() not in done.stderr
    assert DIGITS[0].encode() not in done.stderr
