"""`check --no-clobber`: what is there stays, and nobody is asked for a file that cannot be written."""

from pathlib import Path

import pytest


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ((), "leads.checked.csv"),
        (("-o", "own.csv"), "own.csv"),
        (("--sendable", "send.csv"), "send.csv"),
        (("--split", "parts"), "parts/invalid.csv"),
        (("--report", "page.html"), "page.html"),
        (("--summary", "run.json"), "run.json"),
    ],
)
def test_a_file_that_is_there_ends_the_run_before_anybody_is_asked(check, provider, options, name):
    app = provider()
    Path(name).parent.mkdir(exist_ok=True)
    Path(name).write_text("edited by hand")

    done = check("--no-clobber", *options)

    assert done.code == 3
    assert f"{name} is there already, and --no-clobber keeps it" in done.err
    assert Path(name).read_text() == "edited by hand"
    assert app.log.checks == 0
    assert check(*options).code == 0
    assert Path(name).read_text() != "edited by hand"


def test_files_that_are_not_there_are_written(check):
    done = check("--no-clobber", "--sendable", "send.csv", "--report", "page.html", "--split", "parts")

    assert done.code == 0
    assert check("--no-clobber", "-o", "/dev/null").code == 0


def test_one_of_several_lists_with_an_output_is_enough(run, listed, provider):
    app = provider()
    listed(name="a.csv")
    listed(name="b.csv")
    Path("b.checked.csv").write_text("edited by hand")

    done = run("check", "a.csv", "b.csv", "--no-clobber")

    assert (done.code, app.log.checks, Path("a.checked.csv").exists()) == (3, 0, False)
    assert "b.checked.csv is there already" in done.err


def test_metrics_describe_the_last_run_and_are_replaced(check):
    assert check("--no-clobber", "--metrics", "run.prom").code == 0
    before = Path("run.prom").read_text()

    assert check("--no-clobber", "--metrics", "run.prom").code == 3
    assert Path("run.prom").read_text() != before
