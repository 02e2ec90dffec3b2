"""`validator ledger purge`: how its question ends, and when there is none."""

import os
import signal
import subprocess
from functools import partial
from pathlib import Path

import pytest

from tests.support import commands
from tests.support.cli.constants import ANN, BOB


def test_purge_asks_nothing_where_nothing_would_be_deleted(run, left, terminal):
    done = run("ledger", "purge", "--older-than", "400d", "--json")

    assert (done.code, left()) == (0, [ANN, BOB])
    assert done.said == ["validator: deleted: nothing"]
    assert done.json["numbers"] == 0


@pytest.mark.slow
@pytest.mark.parametrize(
    ("signum", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_a_signal_at_the_question_ends_a_purge_at_once_and_deletes_nothing(left, signum, code):
    ours, theirs = os.openpty()
    # Started and not forked: polars changes what a signal does to a read when it is imported.
    words = [*commands.START, "ledger", "purge", "--number", ANN]
    with subprocess.Popen(
        words, stdin=theirs, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, bufsize=0
    ) as process:
        os.close(theirs)
        for _ in iter(partial(process.stderr.read, 1), b"]"):
            pass
        assert process.stderr.read(2) == b": "
        process.send_signal(signum)
        err = process.stderr.read().decode()
    os.close(ours)

    assert (process.returncode, left()) == (code, [ANN, BOB])
    assert "validator: nothing was deleted" in err


@pytest.mark.parametrize("content", ["", "\n \n"])
def test_purge_says_so_if_a_file_has_no_numbers(run, left, content):
    Path("gone.txt").write_text(content)

    done = run("ledger", "purge", "--numbers", "gone.txt", "--yes")

    assert (done.code, left()) == (2, [ANN, BOB])
    assert "--numbers gone.txt has no numbers, so nothing was deleted" in done.said[0]
