"""Checks from Python give what the command gives, and end in order."""

import json
import time
from dataclasses import replace
from functools import partial

import anyio
import polars as pl
import pytest
from polars.testing import assert_frame_equal

import validator
from validator import AskSettings, FileTargets, ListSettings, Rate, RunOptions
from validator.batch.keys import make_key
from validator.batch.library_run import file_run
from validator.batch.watching.stop import Stop
from validator.cli import main
from validator.errors import FileError, Refused, StoppedEarly, UsageError
from validator.ledger import read
from validator.tables import open_table

from .conftest import KEY, SESSION

ADDED = ["e164", "verdict", "is_whatsapp_user", "whatsapp_id", "reason", "source", "checked_at"]


def _awaited(source, *, options):
    return anyio.run(partial(validator.check_file_async, source, options=options))


def test_a_file_comes_back_annotated_with_its_summary(options, folder):
    summary = validator.check_file("leads.csv", options=options)

    written = pl.read_csv(folder / "leads.checked.csv")
    assert written.columns == ["name", "phone", *ADDED]
    assert (summary.rows, summary.distinct_numbers, summary.exit_code) == (3, 2, 0)
    assert [use.host for use in summary.keys] == [options.keys[0].options.base_url.split("/")[2]]


def test_a_plan_has_the_time_that_reading_took(options, folder):
    """Writing takes about as long, and the grace leaves room for it."""
    begun_s = time.monotonic()
    with file_run(folder / "leads.csv", FileTargets(), options) as parts:
        plan = parts.run.prepare().plan

        assert 0 < plan.prepared_s <= time.monotonic() - begun_s


def test_targets_and_reports_are_written_where_they_are_named(options, folder):
    targets = FileTargets(output="out.csv", sendable="send.csv", report="r.html", summary="s.json")

    validator.check_file("leads.csv", targets=targets, options=options)

    assert json.loads((folder / "s.json").read_text())["output"] == "out.csv"
    assert {path.name for path in folder.iterdir()} == {
        "leads.csv",
        "out.csv",
        "send.csv",
        "r.html",
        "s.json",
    }


@pytest.mark.parametrize("check", [validator.check_file, _awaited], ids=["blocking", "async"])
def test_a_list_that_is_mostly_no_numbers_replaces_no_file(check, options, folder):
    (folder / "leads.csv").write_text("phone\n07400123456\n07400123457\n07400123458\n")
    (folder / "leads.checked.csv").write_text("the last good output")

    with pytest.raises(FileError, match="3 of 3 cells of column 'phone' are not read as numbers"):
        check("leads.csv", options=options)

    assert (folder / "leads.checked.csv").read_text() == "the last good output"


@pytest.mark.parametrize(
    ("source", "settings", "output"),
    [
        ("leads.csv", ListSettings(format="parquet"), "leads.checked.parquet"),
        ("leads.csv", ListSettings(format="csv"), "leads.checked.csv"),
        ("leads.vcf", ListSettings(), "leads.checked.csv"),
        ("leads.json", ListSettings(), "leads.checked.ndjson"),
    ],
)
def test_the_output_has_the_ending_of_its_format(source, settings, output, options, folder):
    (folder / "leads.vcf").write_text("BEGIN:VCARD\nFN:Ann\nTEL:+447400123456\nEND:VCARD\n")
    (folder / "leads.json").write_text('[{"phone": "+447400123456"}]')

    summary = validator.check_file(source, options=replace(options, settings=settings))

    assert summary.output == output
    assert "verdict" in open_table(folder / output).schema


def test_progress_is_a_callback_with_frozen_states(options, folder):
    states = []

    validator.check_file("leads.csv", options=RunOptions(**_fields(options) | {"on_progress": states.append}))

    assert {state.phase for state in states} >= {"reading", "checking", "writing"}
    with pytest.raises(AttributeError):
        states[0].done = 7


@pytest.mark.slow
def test_a_frame_gets_the_rows_that_the_command_writes(provider, folder, monkeypatch, tmp_path):
    """100,000 rows, most of them known: the rest is asked about by both."""
    _, key = provider
    frame = pl.DataFrame(
        {"n": range(100_000), "phone": [f"+4474001{place % 400:05}" for place in range(100_000)]}
    )
    frame.write_parquet("list.parquet")
    monkeypatch.setenv("SENDAPI_API_KEY", KEY)
    words = [
        "-s",
        SESSION,
        "--base-url",
        key.options.base_url,
        "--ledger",
        "cli.sqlite",
        "--rate",
        "none",
        "-q",
    ]
    assert main(["check", "list.parquet", *words]) in {0, 4}

    found = validator.check_frame(
        frame, options=RunOptions(keys=[_unpaced(key)], ledger=tmp_path / "own.sqlite"), allow_partial=True
    )

    assert_frame_equal(found.drop("checked_at"), pl.read_parquet("list.checked.parquet").drop("checked_at"))
    assert_frame_equal(found.select("n", "phone"), frame)


def test_a_frame_in_a_running_event_loop_works_too(options):
    async def notebook():
        return validator.check_frame(pl.DataFrame({"phone": ["+447400123456"]}), options=options)

    assert anyio.run(notebook)["verdict"].to_list() == ["registered"]


def test_an_empty_frame_gets_its_columns(options):
    found = validator.check_frame(pl.DataFrame({"phone": []}, schema={"phone": pl.String}), options=options)

    assert (found.columns, found.height) == (["phone", *ADDED], 0)


def test_numbers_come_back_in_order_with_their_verdicts(options):
    national = RunOptions(**_fields(options) | {"settings": ListSettings(region="GB")})

    found = validator.check_numbers(["07400 123457", "n/a", "+447400123456"], options=national)

    assert found["number"].to_list() == ["07400 123457", "n/a", "+447400123456"]
    assert found["verdict"].to_list()[1] == "invalid"


@pytest.mark.slow
def test_a_refused_key_is_raised_and_nothing_is_lost(sandbox, tmp_path):
    _, url = sandbox()
    key = validator.make_key("sk_live_revoked_0123456789", SESSION, base_url=url)

    with pytest.raises(Refused, match="does not accept the API key"):
        validator.check_numbers(
            ["+447400123456"], options=RunOptions(keys=[key], ledger=tmp_path / "l.sqlite")
        )


@pytest.mark.slow
def test_a_refused_call_has_an_end_in_the_ledger(sandbox, tmp_path):
    _, url = sandbox()
    key = validator.make_key("sk_live_revoked_0123456789", SESSION, base_url=url)
    options = RunOptions(keys=[key], ledger=tmp_path / "l.sqlite")

    with pytest.raises(Refused):
        anyio.run(partial(validator.check_numbers_async, ["+447400123456"], options=options))

    with read(tmp_path / "l.sqlite") as ledger:
        (record,) = ledger.runs(10)
    assert (record.exit_code, record.finished_at_ms is None) == (6, False)


def test_without_a_key_the_missing_variable_is_named(folder, monkeypatch):
    monkeypatch.delenv("SENDAPI_API_KEY", raising=False)

    with pytest.raises(UsageError, match="SENDAPI_API_KEY is not set"):
        validator.check_file("leads.csv")


def test_a_plan_needs_no_key(folder, tmp_path):
    plan = validator.plan_file("leads.csv", options=RunOptions(ledger=tmp_path / "l.sqlite"))

    assert (plan.rows, plan.calls_to_make) == (3, 2)


@pytest.mark.slow
def test_a_cancelled_call_leaves_a_ledger_that_the_next_call_goes_on_from(sandbox, tmp_path):
    app, url = sandbox(latency_ms=50)
    key = _unpaced(validator.make_key(KEY, SESSION, base_url=url))
    asking = AskSettings(concurrency=4, uses_canaries=False)
    options = RunOptions(keys=[key], ledger=tmp_path / "l.sqlite", asking=asking)
    numbers = [f"+4474001{place:05}" for place in range(20, 120)]

    assert anyio.run(_cancelled_when, lambda: len(app.log.numbers) >= 10, numbers, options)
    asked = len(app.log.numbers)
    assert 10 <= asked < 100

    found = anyio.run(partial(validator.check_numbers_async, numbers, options=options))

    assert set(app.log.numbers.values()) == {1}
    assert found["source"].to_list() == ["api"] * 100


def test_a_call_that_is_cancelled_before_its_first_number_is_cancelled_and_not_failed(sandbox, tmp_path):
    app, url = sandbox(latency_ms=500)
    options = RunOptions(keys=[validator.make_key(KEY, SESSION, base_url=url)], ledger=tmp_path / "l.sqlite")

    assert anyio.run(_cancelled_when, lambda: app.log.requests, ["+447400123456"], options)
    assert not app.log.numbers


async def _cancelled_when(reached, numbers, options):
    """Check numbers until something is reached; return whether the cancellation came out as one."""
    async with anyio.create_task_group() as tasks:
        with anyio.CancelScope() as scope:
            tasks.start_soon(_cancel_when, reached, scope)
            await validator.check_numbers_async(numbers, options=options)
    return scope.cancelled_caught


async def _cancel_when(reached, scope):
    while not reached():  # noqa: ASYNC110 - the sandbox serves on a loop of its own
        await anyio.sleep(0.01)
    scope.cancel()


def _fields(options):
    return {name: getattr(options, name) for name in options.__slots__}


def _unpaced(key):
    return replace(key, rate=Rate.parse("none"))


@pytest.mark.slow
def test_a_stop_ends_the_run_in_order_and_writes_what_is_known(sandbox, folder, tmp_path):
    _, url = sandbox(latency_ms=20)
    numbers = [f"+4474001{place:05d}" for place in range(40)]
    (folder / "leads.csv").write_text("\n".join(["phone", *numbers, ""]))

    async def stopped():
        stop = Stop()

        def look(state):
            if state.phase == "checking" and state.done >= 3:
                stop(StoppedEarly("enough for today"))

        options = RunOptions(
            keys=[make_key(KEY, SESSION, base_url=url, rate="600/min")],
            ledger=tmp_path / "ledger.sqlite",
            on_progress=look,
            stop=stop,
        )
        return await validator.check_file_async("leads.csv", options=options)

    summary = anyio.run(stopped)

    assert (summary.exit_code, summary.stopped_because) == (5, "enough for today")
    written = pl.read_csv(folder / "leads.checked.csv")
    assert 0 < written["reason"].eq("not_checked").sum() < len(numbers)


def test_a_preview_shows_the_first_rows_as_the_whole_column_reads_them(folder, tmp_path):
    (folder / "leads.csv").write_text("phone\n+447400123456\n\nnonsense\n+447400123457\n")
    options = RunOptions(ledger=tmp_path / "ledger.sqlite")

    seen = validator.preview_file("leads.csv", rows=3, options=options)

    assert [(row.row, row.cell, row.e164, row.reason) for row in seen.rows] == [
        (1, "+447400123456", "+447400123456", ""),
        (2, "", "", "empty"),
        (3, "nonsense", "", "not_a_number"),
    ]
    assert seen.plan.calls_to_make == validator.plan_file("leads.csv", options=options).calls_to_make == 2
    assert validator.preview_file("leads.csv", rows=0, options=options).rows == ()


def test_a_plan_says_how_to_read_more_of_a_list_as_the_command_does(folder, tmp_path):
    numbers = ("+447400123456", "+447400123457", "+447400123458", "7400123459")
    (folder / "leads.csv").write_text("\n".join(("phone", *numbers)))

    plan = validator.plan_file("leads.csv", options=RunOptions(ledger=tmp_path / "ledger.sqlite"))

    assert [line.split(".")[0] for line in plan.warnings] == ["1 row holds a number without a country code"]
