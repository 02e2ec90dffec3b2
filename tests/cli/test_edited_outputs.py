"""An output that somebody has edited since a run wrote it is kept before it is replaced."""

from pathlib import Path

import pytest

CHECKED = Path("leads.checked.csv")


def kept():
    return sorted(Path().glob("*.bak-*"))


def test_an_edited_output_is_kept_and_named(check):
    check()
    written = CHECKED.read_text()
    CHECKED.write_text(written + "my,own,note\n")

    done = check()

    (backup,) = kept()
    assert (done.code, backup.name.startswith("leads.checked.csv.bak-")) == (0, True)
    assert backup.read_text() == written + "my,own,note\n"
    assert CHECKED.read_text() == written
    assert (
        f"leads.checked.csv was changed since a run wrote it; the changed file is kept as {backup}"
        in done.err
    )


def test_an_output_as_it_was_written_is_replaced_without_a_word(check):
    check("--sendable", "send.csv", "--report", "page.html", "--split", "parts")
    done = check("--sendable", "send.csv", "--report", "page.html", "--split", "parts")

    assert (done.code, kept()) == (0, [])
    assert "changed since" not in done.err


@pytest.mark.parametrize("name", ["send.csv", "page.html", "parts/invalid.csv"])
def test_every_file_of_a_run_is_looked_at(check, name):
    options = ("--sendable", "send.csv", "--report", "page.html", "--split", "parts")
    check(*options)
    Path(name).write_text("mine")
    check(*options)

    (backup,) = Path().rglob("*.bak-*")
    assert (str(backup).partition(".bak-")[0], backup.read_text()) == (name, "mine")


def test_a_file_that_no_run_wrote_is_replaced_as_before(check):
    CHECKED.write_text("anything")
    check()

    assert kept() == []


def test_a_pattern_does_not_take_what_is_kept_for_a_list(check, run):
    check()
    CHECKED.write_text("name,phone,verdict\n")
    check()

    assert kept()
    assert run("plan", "*.csv").code == 0
