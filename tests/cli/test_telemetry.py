"""The end of a run as a collector of OpenTelemetry gets it."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support.cli.constants import ANN, BOB, KEY, PLAIN, SESSION
from tests.support.http.receiver import receiving
from tests.support.reports.otlp import attributes_of, points_of, resources_of, span_of
from validator.cli.runs.run_ends import EndOptions
from validator.errors import Interrupted

HEADER = "a-credential-of-the-collector"


@pytest.fixture(autouse=True)
def no_settings(environment):
    for name in list(os.environ):
        if name.startswith("OTEL_"):
            environment.delenv(name)


@contextlib.contextmanager
def collecting(*statuses):
    """Be a collector, which answers with these statuses; give its URL and what it was sent."""
    with receiving(*(statuses or (200,))) as (url, messages):
        yield url.partition("?")[0], messages


def bodies_of(messages):
    """The one body that came for each signal."""
    assert len({message.path for message in messages}) == len(messages)
    return {message.path.rpartition("/")[2]: message.body for message in messages}


def test_a_trace_and_metrics_are_sent_to_the_collector(check):
    with collecting() as (url, messages):
        done = check("--otlp", url)

    bodies = bodies_of(messages)
    found, points = attributes_of(span_of(bodies["traces"])), points_of(bodies["metrics"])
    assert (done.code, done.said) == (0, [])
    assert sorted(message.path for message in messages) == ["/hooks/T0/v1/metrics", "/hooks/T0/v1/traces"]
    assert (found["validator.command"], found["validator.exit_code"], found["validator.gateway"]) == (
        "check",
        0,
        "sendapi",
    )
    assert found["validator.verdicts.registered"] == points["validator_last_run_rows", "registered"] == 2
    assert found["validator.calls.attempts"] == points["validator_last_run_calls", "attempts"] == 2
    assert points["validator_last_success_timestamp_seconds", ""] > 0


def test_the_span_lies_where_the_run_did(check):
    before_ns = time.time_ns()
    with collecting() as (url, messages):
        check("--otlp", url)

    span = span_of(bodies_of(messages)["traces"])
    # To the millisecond.
    assert before_ns - 10**6 <= span.start_time_unix_nano <= span.end_time_unix_nano
    assert span.end_time_unix_nano <= time.time_ns() + 10**6


def test_a_collector_hears_of_a_run_that_cannot_begin(run, provider, listed):
    provider()
    listed()
    with collecting() as (url, messages):
        done = run("check", "leads.csv", *PLAIN, "-s", "sess_nobody", "--otlp", url)

    bodies = bodies_of(messages)
    span = span_of(bodies["traces"])
    assert (done.code, span.status.code, attributes_of(span)["validator.exit_code"]) == (6, 2, 6)
    assert points_of(bodies["metrics"])["validator_last_run_exit_code", ""] == 6
    assert b"sess_nobody" not in b"".join(bodies.values())


def test_nobody_no_key_no_session_and_no_list_is_in_it(check):
    with collecting() as (url, messages):
        check("--otlp", url, "--canary", "+447700900008", name="smith family.csv")

    sent = b"".join(bodies_of(messages).values())
    for secret in (ANN[1:], BOB[1:], "7700900008", "Ann", KEY, SESSION, "smith"):
        assert secret.encode() not in sent
    assert KEY not in str([message.headers for message in messages])


def test_the_standard_variables_name_the_service_and_its_credential(check, environment):
    environment.setenv("OTEL_SERVICE_NAME", "leads")
    environment.setenv("OTEL_EXPORTER_OTLP_HEADERS", f"api-key={HEADER}")
    with collecting() as (url, messages):
        done = check("--otlp", url, "--report", "r.html", "--summary", "s.json", "--limit", "1")

    assert [one["service.name"] for one in resources_of(bodies_of(messages))] == ["leads", "leads"]
    assert [message.headers["api-key"] for message in messages] == [HEADER, HEADER]
    assert HEADER not in done.err + Path("r.html").read_text() + Path("s.json").read_text()


def test_the_standard_address_alone_sends_nothing(check, environment):
    with collecting() as (url, messages):
        environment.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", url)
        assert check().said == []

    assert messages == []


def test_a_collector_that_refuses_is_one_line_and_no_other_exit_code(check):
    with collecting(404) as (url, messages):
        done = check("--otlp", url, "-q")

    assert (done.code, len(messages)) == (0, 2)
    (line,) = done.said
    assert line.startswith("validator: the telemetry to 127.0.0.1:")
    assert "was not delivered (metrics: it answers 404; traces: it answers 404)" in line
    assert "hooks" not in done.err


def interrupted():
    raise Interrupted(signal.SIGTERM)


@pytest.mark.slow
def test_a_collector_that_answers_500_holds_an_interrupted_run_up_for_seconds(capfd):
    with collecting(500) as (url, messages), pytest.raises(Interrupted):
        EndOptions(otlp=url).reported("check", interrupted, ca_file=None)

    assert 2 <= len(messages) <= 4
    assert "metrics: it answers 500; traces: it answers 500" in capfd.readouterr().err


@pytest.mark.slow
@pytest.mark.parametrize("also", [{}, {"notify": True}])
def test_receivers_that_say_nothing_hold_an_interrupted_run_up_for_two_seconds(capfd, environment, also):
    environment.setenv("VALIDATOR_NOTIFY_SECRET", "a secret of enough characters")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        ends = EndOptions(otlp=url, **dict.fromkeys(also, url))
        begun_s = time.monotonic()
        with pytest.raises(Interrupted):
            ends.reported("check", interrupted, ca_file=None)

    assert 1.9 <= time.monotonic() - begun_s <= 4
    lines = capfd.readouterr().err.splitlines()
    assert len(lines) == 1 + len(also)
    assert f"no answer within {2 / len(lines):g} s" in lines[-1]


@pytest.mark.slow
def test_a_collector_that_is_gone_is_one_line(check):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
    done = check("--otlp", url)

    assert (done.code, len(done.said)) == (0, 1)
    assert "was not delivered (metrics: " in done.said[0]


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://collector.example:4318/T0SECRET", "is not encrypted"),
        ("collector.example/T0SECRET", "does not start with https://"),
    ],
)
def test_a_collector_that_cannot_be_one_ends_the_run_before_it_begins(check, provider, url, words):
    app = provider()

    done = check("--otlp", url)

    assert (done.code, app.log.requests) == (2, 0)
    assert words in done.said[-1]
    assert "T0SECRET" not in done.err


@pytest.mark.slow
def test_without_the_extra_nothing_is_asked_and_the_remedy_is_one_line(provider, listed):
    app = provider()
    words = ["check", str(listed()), *PLAIN, "--otlp", "https://collector.example"]
    code = (
        "import sys; sys.modules['opentelemetry'] = None; from validator.cli import main; "
        f"sys.exit(main({words!r}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert (done.returncode, app.log.requests, done.stderr.count("\n")) == (2, 0, 1)
    assert "--otlp needs more packages" in done.stderr
    assert "pip install 'recipient-validator[otel]'" in done.stderr


def test_a_folders_file_names_no_collector(check):
    Path("validator.toml").write_text('[check]\notlp = "https://stranger.example/"\n')

    done = check()

    assert done.code == 2
    assert "sets 'otlp', which a file found in a folder may not" in done.said[-1]


def test_ones_own_file_and_the_environment_may_name_a_collector(check, environment):
    with collecting() as (url, messages):
        own = Path(os.environ["XDG_CONFIG_HOME"]) / "recipient-validator" / "config.toml"
        own.parent.mkdir(parents=True)
        own.write_text(f'[check]\notlp = "{url}"\n')
        assert check().said == []
        own.unlink()
        environment.setenv("VALIDATOR_CHECK_OTLP", url)
        assert check().said == []

    assert len(messages) == 4


def test_the_path_of_a_collector_is_in_no_report(check):
    with collecting() as (url, _):
        done = check("--otlp", url, "--limit", "1", "--summary", "s.json", "--report", "r.html", "--json")

    assert f"--otlp {url.split('/hooks')[0]}/PATH" in done.json["next_command"]
    assert "hooks" not in done.err + done.json["next_command"] + Path("r.html").read_text()
