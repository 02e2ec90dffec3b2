"""Wrong uses of `--cluster`: one line each, before anything is connected to."""

import pytest

from validator.cli.runs.cluster_run import EXTRA

LEDGER = ["--ledger", "postgresql:///nowhere?host=/nowhere"]
CLUSTER = ["--cluster", "local"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([*CLUSTER, "--output-dir", "out"], "--cluster needs a ledger that several machines can write to"),
        ([*CLUSTER, *LEDGER], "name their folder with --output-dir"),
        ([*CLUSTER, *LEDGER, "--output-dir", "out", "--sendable", "s.csv"], "--sendable does not go with"),
        ([*CLUSTER, *LEDGER, "--output-dir", "out", "--variants"], "--variants does not go with --cluster"),
        ([*CLUSTER, *LEDGER, "--output-dir", "out", "--limit", "5"], "--limit does not go with --cluster"),
        (["--output-dir", "s3://bucket/out"], "--output-dir s3://bucket/out needs --cluster"),
    ],
)
def test_what_does_not_go_with_a_cluster_is_said_in_one_line(provider, run, listed, arguments, message):
    provider()
    listed("phone\n+447700900500\n", "a.csv")

    ended = run("check", "a.csv", *arguments)

    assert ended.code == 2
    assert message in ended.err
    assert len(ended.err.strip().splitlines()) == 1


def test_the_remedy_for_a_missing_extra_is_a_command():
    assert "pip install 'recipient-validator[cluster]'" in EXTRA
