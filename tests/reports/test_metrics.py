"""The metrics of a run, as Prometheus reads them."""

from dataclasses import fields, replace

import pytest
from prometheus_client.parser import text_string_to_metric_families

from validator.reports import CallCounts
from validator.reports.metrics import last_success_s, render_metrics


def samples_of(content):
    """Each sample's value by its name, and the labels beside `run`."""
    families = text_string_to_metric_families(content.decode())
    found = [sample for family in families for sample in family.samples]
    assert {sample.labels["run"] for sample in found} == {"leads"}
    return {
        (sample.name, *(value for label, value in sample.labels.items() if label != "run")): sample.value
        for sample in found
    }


def test_each_count_of_a_run_is_a_metric(end):
    found = samples_of(render_metrics(end, run="leads", last_success_s=1_790_000_000.0))

    assert found[("validator_last_run_timestamp_seconds",)] == 1_800_000_185.25
    assert found[("validator_last_success_timestamp_seconds",)] == 1_790_000_000.0
    assert found[("validator_last_run_duration_seconds",)] == 185.25
    assert found[("validator_last_run_exit_code",)] == 5
    assert found[("validator_last_run_success",)] == 0
    assert found["validator_last_run_rows", "not_registered"] == 299
    assert found["validator_last_run_calls", "refusals"] == 3
    assert found["validator_last_run_calls", "failures"] == 17
    assert found["validator_last_run_numbers", "asked"] == 780
    assert found["validator_last_run_waited_seconds", "held"] == 12
    assert found[("validator_last_run_rate_limit_per_minute",)] == 300
    kinds = {labels[0] for name, *labels in found if name == "validator_last_run_calls"}
    assert kinds == {one.name for one in fields(CallCounts)}


def test_a_success_is_the_last_one(end):
    won = render_metrics(replace(end, exit_code=0, is_success=True), run="leads", last_success_s=1.0)

    assert last_success_s(won) == end.finished_at_s


def test_a_success_is_kept_over_runs_that_fail(end):
    won = render_metrics(replace(end, exit_code=0, is_success=True), run="leads")
    lost = render_metrics(replace(end, finished_at_s=2e9), run="leads", last_success_s=last_success_s(won))
    again = render_metrics(replace(end, finished_at_s=3e9), run="leads", last_success_s=last_success_s(lost))

    assert last_success_s(again) == end.finished_at_s


def test_a_run_that_failed_at_once_has_metrics_without_counts(end):
    found = samples_of(
        render_metrics(replace(end, summary=None, error="no API key", exit_code=2), run="leads")
    )

    assert found[("validator_last_run_exit_code",)] == 2
    assert ("validator_last_success_timestamp_seconds",) not in found
    assert not [name for name, *_ in found if name in {"validator_last_run_rows", "validator_last_run_calls"}]


def test_a_run_without_a_limit_has_none(end):
    summary = replace(end.summary, rate=replace(end.summary.rate, limit_per_min=None))

    found = samples_of(render_metrics(replace(end, summary=summary), run="leads"))

    assert ("validator_last_run_rate_limit_per_minute",) not in found


@pytest.mark.parametrize("content", [b"name,phone\nAnn,1\n", b"sk_test_1\n", b"up 1\n", b"\xff\xfe", b"\0"])
def test_a_file_of_something_else_is_none_of_ours(content):
    with pytest.raises(ValueError, match=r"."):
        last_success_s(content)


def test_an_empty_file_tells_of_no_success():
    assert last_success_s(b"") is None
