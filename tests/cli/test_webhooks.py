"""The end of a run as a webhook gets it."""

import json
import os
import signal
from pathlib import Path

import pytest
import standardwebhooks

from tests.support.cli.constants import PLAIN
from tests.support.http.receiver import receiving
from validator.cli.runs.run_ends import EndOptions
from validator.errors import Interrupted

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.fixture
def secret(environment):
    environment.setenv("VALIDATOR_NOTIFY_SECRET", SECRET)


def test_a_signed_summary_is_sent_to_the_webhook(check, secret):
    with receiving() as (url, messages):
        done = check("--notify", url)

    (message,) = messages
    told = standardwebhooks.Webhook(SECRET).verify(message.body, message.headers)
    assert (done.code, done.said) == (0, [])
    assert (told["command"], told["exit_code"], told["success"]) == ("check", 0, True)
    assert told["summary"]["verdicts"]["registered"] == 2
    assert "7700" not in message.body.decode()


def test_the_secret_may_lie_in_a_file(check):
    Path("secret").write_text(f"{SECRET}\n")
    Path("secret").chmod(0o600)
    with receiving() as (url, messages):
        done = check("--notify", url, "--notify-secret-file", "secret")

    assert (done.code, len(messages)) == (0, 1)
    standardwebhooks.Webhook(SECRET).verify(messages[0].body, messages[0].headers)


def test_a_webhook_hears_of_a_run_that_cannot_begin(run, provider, listed, secret):
    provider()
    listed()
    with receiving() as (url, messages):
        done = run("check", "leads.csv", *PLAIN, "-s", "sess_nobody", "--notify", url)

    told = json.loads(messages[0].body)
    assert (done.code, told["exit_code"], told["summary"]) == (6, 6, None)
    assert "sess_nobody is not known to the provider" in told["stopped_because"]


def test_a_webhook_that_refuses_is_one_line_and_no_other_exit_code(check, secret):
    with receiving(404) as (url, messages):
        done = check("--notify", url, "-q")

    assert (done.code, len(messages)) == (0, 1)
    (line,) = done.said
    assert line.startswith("validator: the message to 127.0.0.1:")
    assert "was not delivered (it answers 404)" in line
    assert "token" not in done.err


@pytest.mark.slow
def test_a_webhook_that_answers_500_holds_an_interrupted_run_up_for_seconds(secret, capfd):
    def interrupted():
        raise Interrupted(signal.SIGTERM)

    with receiving(500) as (url, messages), pytest.raises(Interrupted):
        EndOptions(notify=url).reported("check", interrupted, ca_file=None)

    assert 1 <= len(messages) <= 2
    assert len({message.headers["webhook-id"] for message in messages}) == 1
    assert "was not delivered (it answers 500)" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://hooks.example.com/T0SECRET", "is not encrypted"),
        ("hooks.example.com/T0SECRET", "does not start with https://"),
    ],
)
def test_a_webhook_that_cannot_be_one_ends_the_run_before_it_begins(check, provider, secret, url, words):
    app = provider()

    done = check("--notify", url)

    assert (done.code, app.log.requests) == (2, 0)
    assert words in done.said[-1]
    assert "T0SECRET" not in done.err


def test_a_webhook_needs_a_secret(check):
    done = check("--notify", "https://hooks.example.com/")

    assert done.code == 2
    assert "set VALIDATOR_NOTIFY_SECRET" in done.said[-1]
    assert "--notify-secret-file" in done.said[-1]


def test_the_file_of_the_secret_is_not_written_over(check):
    Path("secret").write_text(SECRET)
    with receiving() as (url, _):
        done = check("--notify", url, "--notify-secret-file", "secret", "--sendable", "secret")

    assert (done.code, Path("secret").read_text()) == (2, SECRET)


def test_a_secret_without_a_webhook_is_an_error(check):
    Path("secret").write_text(SECRET)

    assert "there is no --notify" in check("--notify-secret-file", "secret").said[-1]


def test_a_folders_file_names_no_webhook(check):
    Path("validator.toml").write_text('[check]\nnotify = "https://stranger.example/"\n')

    done = check()

    assert done.code == 2
    assert "sets 'notify', which a file found in a folder may not" in done.said[-1]


def test_ones_own_file_and_the_environment_may_name_a_webhook(check, secret, environment):
    with receiving() as (url, messages):
        own = Path(os.environ["XDG_CONFIG_HOME"]) / "recipient-validator" / "config.toml"
        own.parent.mkdir(parents=True)
        own.write_text(f'[check]\nnotify = "{url}"\n')
        assert check().said == []
        own.unlink()
        environment.setenv("VALIDATOR_CHECK_NOTIFY", url)
        assert check().said == []

    assert len(messages) == 2


def test_the_address_of_a_webhook_is_in_no_report(check, secret):
    with receiving() as (url, _):
        done = check("--notify", url, "--limit", "1", "--summary", "s.json", "--report", "r.html")

    told = json.loads(Path("s.json").read_text())["next_command"]
    assert done.code == 5
    assert f"--notify {url.split('/hooks')[0]}/PATH" in told
    assert "token" not in done.err + told + Path("r.html").read_text()
