"""A run as OpenTelemetry's requests."""

import subprocess
import sys
from dataclasses import replace

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Status

from tests.support.reports.otlp import attributes_of, points_of, resources_of, span_of
from validator.reports.figures import figures_of
from validator.reports.otlp import encode_run


@pytest.fixture(autouse=True)
def no_settings(monkeypatch):
    for name in ("OTEL_SERVICE_NAME", "OTEL_RESOURCE_ATTRIBUTES", "OTEL_SDK_DISABLED"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


def test_a_run_is_one_root_span_over_its_time(end):
    span = span_of(encode_run(end)["traces"])

    assert (span.name, span.parent_span_id) == ("validator check", b"")
    assert span.start_time_unix_nano == 1_800_000_000 * 10**9
    assert span.end_time_unix_nano - span.start_time_unix_nano == 185_250_000_000
    assert (len(span.trace_id), len(span.span_id)) == (16, 8)


def test_each_run_is_a_trace_of_its_own(end):
    assert span_of(encode_run(end)["traces"]).trace_id != span_of(encode_run(end)["traces"]).trace_id


def test_the_span_counts(end):
    found = attributes_of(span_of(encode_run(end)["traces"]))

    assert found["validator.exit_code"] == 5
    assert found["validator.success"] is False
    assert found["validator.rows"] == end.summary.rows
    assert found["validator.numbers.asked"] == 780
    assert found["validator.verdicts.not_registered"] == 299
    assert found["validator.calls.refusals"] == 3
    assert found["validator.waited.held_s"] == 12


@pytest.mark.parametrize(
    ("is_success", "code"), [(True, Status.STATUS_CODE_OK), (False, Status.STATUS_CODE_ERROR)]
)
def test_the_status_says_whether_the_exit_code_is_one_of_success(end, is_success, code):
    status = span_of(encode_run(replace(end, is_success=is_success))["traces"]).status

    assert (status.code, status.message) == (code, "")


def test_the_metrics_are_those_of_the_file_for_prometheus(end):
    found = points_of(encode_run(end)["metrics"])

    assert found == {
        (figure.name, word): value for figure in figures_of(end) for word, value in figure.values.items()
    }
    assert found["validator_last_run_rows", "not_registered"] == 299


def test_a_run_without_a_summary_has_no_counts(end):
    bodies = encode_run(replace(end, summary=None, error="no API key", exit_code=2))

    assert set(attributes_of(span_of(bodies["traces"]))) == {
        "validator.command",
        "validator.exit_code",
        "validator.success",
    }
    assert ("validator_last_run_exit_code", "") in points_of(bodies["metrics"])
    assert b"no API key" not in b"".join(bodies.values())


def test_the_resource_is_named_as_the_environment_says(end, no_settings):
    own = resources_of(encode_run(end))
    no_settings.setenv("OTEL_SERVICE_NAME", "leads")
    no_settings.setenv("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=night,service.version=9")
    named = resources_of(encode_run(end))

    assert own == [{"service.name": "validator", "service.version": "0.1.0"}] * 2
    assert named == [
        {"service.name": "leads", "service.version": "9", "deployment.environment.name": "night"}
    ] * 2  # fmt: skip


def test_a_disabled_sdk_sends_nothing(end, no_settings):
    no_settings.setenv("OTEL_SDK_DISABLED", "true")

    assert encode_run(end) == {}


def test_nothing_that_a_run_quotes_is_in_it(end):
    summary = replace(end.summary, input="Smith family.csv", warnings=["Smith"], stopped_because="Smith")

    assert b"Smith" not in b"".join(encode_run(replace(end, summary=summary)).values())


def test_what_others_detect_of_the_process_is_left_out(end, no_settings):
    no_settings.setenv("OTEL_EXPERIMENTAL_RESOURCE_DETECTORS", "process,host")

    assert b"process." not in b"".join(encode_run(end).values())


@pytest.mark.slow
def test_it_starts_no_thread_and_keeps_no_process_up():
    code = "import threading, validator.reports.otlp; print(threading.active_count())"

    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout == b"1\n"
