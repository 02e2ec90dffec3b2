"""The command on a Ray cluster of one, two and four nodes, and what dies in the midst of it.

It takes a machine for itself, as Ray gives up nodes that are slow to begin: `make nodes`. With
NODES_ROWS=200000 the runs over one, two and four nodes, and the one in which everything dies, take a quarter
of an hour each.
"""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.cluster.rows import rows_of
from tests.support.ledger.databases import postgres  # noqa: F401 - a fixture
from tests.support.sandboxes import served
from validator.errors import UsageError

ROOT = Path(__file__).parents[2]
VALIDATOR = Path(sys.executable).with_name("validator")
KEYS = ("a", "b", "c")
WAIT_S = 240.0
EARLY = 5
ROWS = int(os.environ.get("NODES_ROWS", "2000"))
LIMIT = 2_000
LONG_S = WAIT_S + ROWS / LIMIT * 60
LANE_REPEATS = 60

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif("RAY_NODES" not in os.environ, reason="`make nodes` runs it, on a machine for itself"),
]


@contextmanager
def ray_nodes(count):
    """Start a cluster; give its address and the processes of its raylets."""
    program = ROOT / "tests" / "support" / "cluster" / "ray_nodes.py"
    nodes = subprocess.Popen(
        [sys.executable, program, str(count)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "RAY_TMPDIR": "/tmp"},
    )
    try:
        yield json.loads(nodes.stdout.readline())
    finally:
        nodes.communicate(timeout=60)


def lanes_of(raylet):
    """The processes of the lanes that a raylet has."""
    listed = subprocess.run(
        ["ps", "-o", "pid=,args=", "--ppid", str(raylet)], capture_output=True, text=True, check=False
    )
    return [int(line.split()[0]) for line in listed.stdout.splitlines() if "_LaneHost" in line]


def until(condition, process):
    """Wait for something to be so in a run that goes on."""
    end = time.monotonic() + LONG_S
    while not condition():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end, "it has not come to that"
        time.sleep(0.05)


@contextmanager
def commands(ledger, folder, paths, keys, limit):
    """Give how to start `validator check` over a list in parts, and the sandbox that it asks."""
    limits = {f"sk_test_{name}": limit for name in keys}
    with served(more_sessions=len(keys), key_limits_per_min=limits, limiter="gcra_smooth") as (app, url):
        tables = (
            f'[keys.{name}]\napi-key-variable = "KEY_{name}"\nbase-url = "{url}"\n'
            f'sessions = ["sess_more_{place}"]\n'
            for place, name in enumerate(keys, start=1)
        )
        (folder / "keys.toml").write_text("\n".join(tables), encoding="utf-8")
        environment = {
            **os.environ,
            "XDG_STATE_HOME": str(folder / "state"),
            **{f"KEY_{name}": f"sk_test_{name}" for name in keys},
        }

        def start(address):
            words = ["--config", "keys.toml", "check", *paths, "--region", "GB", "--keys", ",".join(keys)]
            places = ["--cluster", address, "--ledger", ledger.reveal(), "--output-dir", "out"]
            return subprocess.Popen(
                [VALIDATOR, *words, *places, "--allow-new-host", "--json", "-q"],
                cwd=folder,
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )

        yield start, app, url


@pytest.fixture
def command(database, tmp_path, write_parts):
    """Start `validator check` over a list in parts; `app` is the sandbox that it asks."""
    with commands(database, tmp_path, write_parts(1_500, 4), KEYS, 1_200) as started:
        yield started


@pytest.fixture
def parts(write_parts):
    return write_parts(ROWS, 8)


@pytest.fixture
def long_command(database, tmp_path, parts):
    """Start `validator check` over `ROWS` rows with four keys; give the sandbox that it asks, and its URL."""
    with commands(database, tmp_path, parts, (*KEYS, "d"), LIMIT) as started:
        yield started


@pytest.mark.parametrize("nodes", [1, 2, 4])
def test_outputs_are_those_of_one_process_over_any_number_of_nodes(nodes, long_command, parts, tmp_path):
    start, app, url = long_command
    with ray_nodes(nodes) as cluster:
        process = start(cluster["address"])
        out, err = process.communicate(timeout=LONG_S)

    summary = assert_all_asked(process, out, err, app)
    calls, counts = summary["calls"], dict(app.log.numbers)
    rows = [rows_of(tmp_path / "out" / f"{path.stem}.checked.csv") for path in parts]
    listed = {row["e164"] for part in rows for row in part if row["e164"]}
    again = [number for number in listed if counts[number] > 1]
    # A canary is the session's own number, or one of the list that was answered before.
    assert sum(counts[number] - 1 for number in again) <= calls["canaries"], calls
    assert (calls["retries"], calls["failures"]) == (0, 0)
    assert len(listed) == summary["asked"] == summary["distinct_numbers"]
    assert rows == [alone(path, url, tmp_path) for path in parts]


def alone(path, url, folder):
    """The rows that one process without a limit writes for a part, with a ledger of its own."""
    output = f"{path.stem}.alone.csv"
    words = ["check", path, "--region", "GB", "--output", output, "--ledger", "alone.sqlite"]
    subprocess.run(
        [VALIDATOR, *words, "--base-url", url, "--rate", "none", "-q"],
        cwd=folder,
        env={**os.environ, "SENDAPI_API_KEY": "sk_test_alone", "SENDAPI_SESSION_ID": "sess_more_1"},
        check=True,
        capture_output=True,
    )
    return rows_of(folder / output)


def test_a_machine_that_is_too_busy_to_start_is_named(monkeypatch):
    ray_machines = pytest.importorskip("validator.cluster.ray_machines")
    monkeypatch.setattr(ray_machines, "_ANSWERS_WITHIN_S", 0)

    with (
        pytest.raises(UsageError, match=r"started no process .* when it is less busy"),
        ray_machines.connected(ray_machines.LOCAL),
    ):
        raise AssertionError


def test_a_machine_that_ray_still_lists_after_its_end_is_left_out(monkeypatch):
    ray_machines = pytest.importorskip("validator.cluster.ray_machines")
    listed = ray_machines.ray.nodes

    def with_one_that_ended():
        (node,) = listed()
        return [{**node, "NodeID": node["NodeID"][::-1]}, node]

    monkeypatch.setattr(ray_machines.ray, "nodes", with_one_that_ended)
    with ray_machines.connected(ray_machines.LOCAL) as machines:
        (pending,) = machines.start(ray_machines.versions)
        assert machines.value(pending) == ray_machines.versions()


def test_a_run_survives_the_end_of_a_lane_and_of_a_node(command, tmp_path):
    start, app, _ = command
    with ray_nodes(2) as cluster:
        process = start(cluster["address"])
        until(lambda: app.log.checks > 60, process)
        os.kill(next(pid for raylet in cluster["raylets"] for pid in lanes_of(raylet)), signal.SIGKILL)
        until(lambda: app.log.checks > 200, process)
        os.kill(cluster["raylets"][1], signal.SIGKILL)
        out, err = process.communicate(timeout=WAIT_S)

    assert process.returncode == 0, err
    assert_whole(json.loads(out), tmp_path)
    assert_paced(app)
    assert repeats(app) < len(app.log.numbers) / 2


def test_a_driver_that_is_killed_is_gone_on_with_by_the_same_command(command, tmp_path):
    start, app, _ = command
    with ray_nodes(2) as cluster:
        process = start(cluster["address"])
        until(lambda: app.log.checks > 150, process)
        process.kill()
        process.communicate()
        assert_gone_on_with(command, cluster["address"], tmp_path)


def test_a_database_that_is_restarted_loses_nothing(command, postgres, tmp_path):  # noqa: F811 - the fixture
    start, app, _ = command
    with ray_nodes(2) as cluster:
        process = start(cluster["address"])
        until(lambda: app.log.checks > 150, process)
        postgres.stop()
        postgres.start()
        _, err = process.communicate(timeout=WAIT_S)
        assert process.returncode in {0, EARLY}, err
        assert_gone_on_with(command, cluster["address"], tmp_path)


def test_one_run_survives_the_end_of_lane_node_driver_and_database(long_command, postgres):  # noqa: F811 - the fixture
    start, app, _ = long_command
    with ray_nodes(2) as cluster:

        def at(share):
            until(lambda: app.log.checks > share * ROWS / 2, process)

        process = start(cluster["address"])
        at(0.1)
        os.kill(next(pid for raylet in cluster["raylets"] for pid in lanes_of(raylet)), signal.SIGKILL)
        at(0.3)
        os.kill(cluster["raylets"][1], signal.SIGKILL)
        at(0.5)
        process.kill()
        process.communicate()
        process = start(cluster["address"])
        at(0.7)
        postgres.stop()
        postgres.start()
        _, err = process.communicate(timeout=LONG_S)
        assert process.returncode in {0, EARLY}, err
        process = start(cluster["address"])
        out, err = process.communicate(timeout=LONG_S)

    assert_all_asked(process, out, err, app)
    # Of each lane, what was in flight or not durable when it died, and the "no"s that were not confirmed.
    assert repeats(app) < 8 * LANE_REPEATS


def assert_all_asked(process, out, err, app):
    assert process.returncode == 0, err
    summary = json.loads(out)
    assert (summary["rows"], summary["verdicts"]["unknown"]) == (ROWS, 0)
    assert_paced(app, LIMIT)
    return summary


def assert_gone_on_with(command, address, folder):
    """The command, given once more, asks about what is left, and about little else."""
    start, app, _ = command
    process = start(address)
    out, err = process.communicate(timeout=WAIT_S)
    assert process.returncode == 0, err
    assert_whole(json.loads(out), folder)
    assert_paced(app)
    # Each lane was in the midst of a few checks, and of one group of answers that were not durable.
    assert repeats(app) < 60


def assert_whole(summary, folder):
    assert (summary["rows"], summary["verdicts"]["unknown"]) == (1_500, 0)
    assert sum(part["rows"] for part in manifest(folder)["parts"]) == 1_500


def assert_paced(app, limit=1_200):
    """By the provider's own account: two that used one key at once would be over its limit."""
    assert app.log.refusals == 0
    assert all(counts.most_in_a_minute <= limit for counts in app.log.keys.values())


def repeats(app):
    return sum(app.log.numbers.values()) - len(app.log.numbers)


def manifest(folder):
    return json.loads((folder / "out" / "manifest.json").read_text(encoding="utf-8"))
