"""What a command that sends the key does before its first request, and while the provider holds it."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.cli.constants import ANN, BOB, LIST, PLAIN, SESSION
from validator.sandbox.config import Session

pytestmark = pytest.mark.slow

SENDING = {
    "check": ("check", "leads.csv", *PLAIN),
    "lookup": ("lookup", ANN, *PLAIN),
    "sessions": ("sessions",),
    "contacts": ("contacts",),
    "contacts to a file": ("contacts", "-o", "contacts.csv"),
    "doctor": ("doctor",),
}
# These print their result.
PRINTING = [name for name in SENDING if name not in {"check", "contacts to a file"}]


# Connected, and without a number of its own that could vouch for answers.
NO_NUMBER = (Session(id=SESSION, name="Shop"),)


STDERR = Path("/proc/self/fd/2")


class Overhears:
    """An application before the sandbox that keeps what standard error held when each request came."""

    def __init__(self, app):
        self.app, self.log, self.world = app, app.log, app.world
        self.heard = []

    async def __call__(self, scope, receive, send):
        if scope["type"] == "http":
            self.heard.append(STDERR.read_text())  # noqa: ASYNC240 - a file in memory
        await self.app(scope, receive, send)


@pytest.fixture
def overheard(provider, stage):
    provider()
    stage[0].app = Overhears(stage[0].app)
    return stage[0].app.heard


@pytest.mark.parametrize("words", SENDING.values(), ids=SENDING)
def test_the_host_is_named_before_the_first_request(run, listed, overheard, words):
    listed()
    host = os.environ["SENDAPI_BASE_URL"].split("/")[2]

    run(*words)

    assert overheard
    assert f"at {host}" in overheard[0]


@pytest.mark.parametrize("words", SENDING.values(), ids=SENDING)
def test_under_q_nothing_is_said(run, listed, overheard, words):
    listed(LIST.replace("nonsense", ANN))

    run(*words, "-q")

    assert set(overheard) == {""}


@pytest.mark.parametrize("name", PRINTING)
def test_with_standard_output_closed_no_request_is_spent(provider, name):
    app = provider()
    command = [sys.executable, "-m", "validator", *SENDING[name]]

    done = subprocess.run(
        ["sh", "-c", 'exec "$@" >&-', "sh", *command], stderr=subprocess.PIPE, text=True, check=False
    )

    assert (done.returncode, app.log.requests) == (3, 0), done.stderr
    assert done.stderr.startswith("validator: standard output is closed; redirect it")


@pytest.mark.parametrize("name", ["lookup", "sessions", "contacts", "doctor"])
def test_a_hold_is_shown_and_bounded(run, provider, name):
    provider("429=1")

    done = run(*SENDING[name], "--max-wait", "1s")

    assert done.code == 5
    assert re.search("longer than --max-wait 1s|has refused one request for 1 s", done.err + done.out)


@pytest.mark.parametrize(("option", "value"), [("--deadline", "3s"), ("--max-outage", "3s")])
def test_a_lookup_shows_its_hold_and_ends_within_its_bounds(run, provider, option, value):
    provider("429=1", retry_after_form="huge")

    done = run(*SENDING["lookup"], "--max-wait", "100d", option, value)

    assert done.code == 5
    assert "paused: the provider refused a request for its rate" in done.err


@pytest.mark.parametrize("options", [("-q",), ("-q", "--json"), ("-q", "--log-format", "json")])
def test_a_lookup_under_q_says_why_an_answer_is_not_believed(run, provider, options):
    provider(sessions=NO_NUMBER, registered_share=0.0)

    done = run("lookup", BOB, "--accept", "possible", *options)

    assert done.code == 4
    assert len(done.err.splitlines()) == 1
    assert "nothing shows that the session's answers can be trusted" in done.err


@pytest.mark.parametrize("table", ["", "[check]\n"])
@pytest.mark.parametrize(
    ("words", "more"),
    [
        (("check", "leads.csv", "--colunm", "x"), ""),
        (("check", "leads.csv", "--rate", "bogus"), ""),
        (("check", "leads.csv"), "nonsense = 1"),
        (("check", "leads.csv"), 'base-url = "http://127.0.0.1/v1"'),
        (("check", "missing.csv"), ""),
        (("check", "leads.csv", *PLAIN), ""),
    ],
)
def test_with_json_in_a_settings_file_each_line_is_json(*, run, provider, listed, table, words, more):
    provider()
    listed()
    Path("validator.toml").write_text(f'{table}log-format = "json"\n{more}\n')
    Path("validator.toml").chmod(0o644)

    done = run(*words)

    lines = [json.loads(line) for line in done.err.splitlines()]
    assert lines
    assert all("message" in line for line in lines)


@pytest.mark.parametrize("words", [["{}/list.csv"], ["leads.csv", "--suppress", "{}/list.csv"]])
def test_a_plan_fetches_nothing(run, provider, listed, words):
    app = provider()
    listed()
    url = os.environ["SENDAPI_BASE_URL"]

    done = run("plan", *(word.format(url) for word in words))

    assert (done.code, app.log.requests) == (2, 0)
    assert "makes no request" in done.err
    assert "download it first" in done.err
