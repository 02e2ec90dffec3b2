"""Whole runs over machines in this process: the verdicts and outputs of one machine, whatever dies."""

import json
from collections import Counter

import pytest

from tests.support.cluster.rows import rows_of
from validator import FileTargets, RunOptions, check_file
from validator.batch.keys import make_key
from validator.batch.recipients.job import ListSettings
from validator.cluster.parts import sha256_of
from validator.errors import StoppedEarly, ValidatorError
from validator.ledger import read
from validator.sandbox.faults import parse_fault

pytestmark = pytest.mark.slow

# What the sandbox says with a refusal that is none of its limiter's: wait so long.
REFUSED_FOR_S = 1.0


def test_the_output_is_that_of_one_machine_row_for_row(finished, tmp_path):
    cluster, paths, summary = finished
    alone = RunOptions(
        keys=cluster.keys[:1],
        settings=ListSettings(region="GB"),
        ledger=tmp_path / "alone" / "ledger.sqlite",
    )

    assert (summary.exit_code, summary.rows) == (0, 600)
    for path in paths:
        targets = FileTargets(output=tmp_path / f"{path.stem}.alone.csv")
        check_file(path, targets=targets, options=alone)
        together = rows_of(cluster.folder / f"{path.stem}.checked.csv")
        assert together == rows_of(tmp_path / f"{path.stem}.alone.csv")


def test_the_counts_of_the_summary_add_up(finished):
    _, _, summary = finished

    assert summary.asked == summary.distinct_numbers
    assert summary.verdicts["invalid"] == 12
    assert sum(summary.verdicts.values()) == 600
    assert summary.distinct_numbers + summary.duplicate_rows + 12 == 600
    assert {key.key for key in summary.keys} == {"a", "b"}
    assert summary.calls.refusals == 0


def test_the_manifest_names_every_part_in_the_lists_order(finished):
    cluster, _, _ = finished

    manifest = json.loads((cluster.folder / "manifest.json").read_text(encoding="utf-8"))

    assert [part["output"] for part in manifest["parts"]] == [f"part-{n}.checked.csv" for n in range(3)]
    assert [part["rows"] for part in manifest["parts"]] == [200, 200, 200]
    assert manifest["rows"] == 600
    for part in manifest["parts"]:
        assert part["sha256"] == sha256_of(cluster.folder / part["output"])


def test_a_second_run_asks_nobody(finished):
    cluster, paths, first = finished

    second = cluster.check(paths)

    assert (second.asked, second.already_known) == (0, first.distinct_numbers)
    assert second.verdicts == first.verdicts


def test_each_number_is_asked_about_once(cluster, write_parts):
    """A session that stalls on a busy machine has its last "no"s asked about again, which is counted."""
    summary = cluster.check(write_parts(300, 3))

    repeats = sum(cluster.app.log.numbers.values()) - len(cluster.app.log.numbers)
    assert repeats <= summary.calls.canaries + summary.calls.retracted
    assert cluster.app.log.refusals == 0


def test_a_short_list_is_asked_through_all_keys(cluster, write_parts):
    """A lane wants ten seconds of work ahead, which is all of this list."""
    cluster.check(write_parts(300, 3))

    checks = Counter(entry.key for entry in cluster.app.log.entries if entry.number)
    assert len(checks) == 2
    assert min(checks.values()) >= sum(checks.values()) // 4


def test_one_refusal_holds_its_key_and_no_other(cluster, write_parts):
    cluster.app.world.set_faults((parse_fault("429@200+0.00001s"),))

    summary = cluster.check(write_parts(750, 3))

    checks = [entry for entry in cluster.app.log.entries if entry.number]
    [refused] = [entry for entry in checks if entry.status == 429]
    # What was in flight with it may still come in.
    held = [entry for entry in checks if 0.1 < entry.time_s - refused.time_s < REFUSED_FOR_S]
    assert held
    assert refused.key not in {entry.key for entry in held}
    assert (summary.exit_code, summary.calls.refusals) == (0, 1)


def test_a_lane_that_is_lost_is_replaced_and_nothing_is_missing(cluster, write_parts):
    lost = []

    def lose_one(state):
        if state.phase == "checking" and state.done > 50 and not lost:
            lost.append(cluster.machines.lanes[0])
            lost[0].lose()

    summary = cluster.check(write_parts(600, 3), on_state=lose_one)

    assert lost
    assert len(cluster.machines.lanes) == 3
    assert (summary.exit_code, summary.verdicts["unknown"]) == (0, 0)
    assert sum(summary.verdicts.values()) == 600


def test_a_stopped_run_writes_what_it_knows_and_the_next_one_goes_on(cluster, write_parts):
    paths = write_parts(600, 3)

    def stop(state):
        if state.phase == "checking" and state.done > 50:
            cluster.stop(StoppedEarly("enough for today"))

    first = cluster.check(paths, on_state=stop)
    second = cluster.check(paths)

    assert (first.exit_code, first.stopped_because) == (5, "enough for today")
    assert 0 < first.verdicts["unknown"] < 600
    assert (second.exit_code, second.verdicts["unknown"]) == (0, 0)
    assert first.asked + second.asked <= second.distinct_numbers + first.calls.retracted


def test_a_key_that_the_provider_refuses_ends_the_run_before_it_began(cluster, write_parts):
    revoked = make_key(
        "sk_live_revoked",
        "sess_more_3",
        name="c",
        base_url=cluster.keys[0].options.base_url,
        allow_new_host=True,
    )
    cluster.keys = (*cluster.keys, revoked)

    with pytest.raises(ValidatorError) as raised:
        cluster.check(write_parts(300, 2))

    assert raised.value.exit_code == 6
    with read(cluster.ledger) as ledger:
        (record,) = ledger.runs(10)
    assert (record.exit_code, record.finished_at_ms is None) == (6, False)
