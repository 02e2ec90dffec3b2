"""A ledger's file that is deleted, moved or replaced while the ledger is in use."""

import os
import shlex
import shutil
import subprocess
import sys

import pytest

from validator.errors import LedgerError
from validator.ledger import open_ledger, read


def numbers_of(path):
    with read(path) as reader:
        return [row[0] for rows in reader.known() for row in rows]


def in_the_way(path):
    other = path.with_name("other.sqlite")
    open_ledger(other, holder="pytest").close()
    other.replace(path)


def fresh(path):
    path.with_name(path.name + "-wal").unlink()
    path.with_name(path.name + "-shm").unlink()
    in_the_way(path)


def restored(path):
    """As backup programs do: another file of the same content."""
    shutil.copy(path, path.with_name("copy"))
    path.with_name("copy").replace(path)


LOSSES = {
    "deleted": lambda path: path.unlink(),
    "moved": lambda path: path.rename(path.with_name("moved")),
    "replaced": in_the_way,
    "replaced with all its files": fresh,
    "restored": restored,
    "without its log": lambda path: path.with_name(path.name + "-wal").unlink(),
    "folder deleted": lambda path: shutil.rmtree(path.parent),
    "folder moved": lambda path: path.parent.rename(path.parent.with_name("elsewhere")),
}


@pytest.mark.parametrize("loss", LOSSES)
def test_a_ledger_that_is_not_there_any_more_is_an_error_and_saved_whole(path, make_outcome, loss):
    ledger = open_ledger(path, holder="pytest")
    ledger.record(make_outcome(1))
    ledger.commit()
    LOSSES[loss](path)
    ledger.record(make_outcome(2))

    with pytest.raises(LedgerError, match=r"while it was in use\. .* saved in \S+; get it back") as caught:
        ledger.commit()
    ledger.close()

    (saved,) = path.parent.glob("ledger.sqlite.saved-*")
    assert str(saved) in str(caught.value)
    assert saved.stat().st_mode & 0o777 == 0o600
    assert numbers_of(saved) == [447_700_900_001, 447_700_900_002]


def led_elsewhere(path):
    path.parent.with_name("other").mkdir()
    path.parent.with_name("next").symlink_to("other")
    path.parent.with_name("next").replace(path.parent.with_name("current"))


@pytest.mark.parametrize("is_folder", [True, False])
def test_a_link_that_leads_elsewhere_is_an_error_that_names_the_ledger(path, make_outcome, is_folder):
    path.parent.mkdir(exist_ok=True)
    link = path.parent.with_name("current")
    link.symlink_to(path.parent if is_folder else path)
    ledger = open_ledger(link / path.name if is_folder else link, holder="pytest")
    led_elsewhere(path)
    ledger.record(make_outcome(1))

    with pytest.raises(LedgerError, match=f"with --ledger {path}$"):
        ledger.commit()
    ledger.close()

    assert numbers_of(path) == [447_700_900_001]


@pytest.mark.parametrize("is_replaced", [True, False])
def test_without_its_lock_a_ledger_may_have_two_writers_and_takes_nothing_more(
    path, make_outcome, is_replaced
):
    ledger = open_ledger(path, holder="pytest")
    lock = path.with_name(path.name + ".lock")
    lock.unlink()
    if is_replaced:
        lock.touch()
    ledger.record(make_outcome(1))

    with pytest.raises(LedgerError, match=r"\.lock was deleted or replaced .* Nothing is lost; run"):
        ledger.commit()
    ledger.close()

    assert numbers_of(path) == [447_700_900_001]


@pytest.mark.slow
@pytest.mark.parametrize("loss", ["deleted", "replaced", "folder deleted"])
def test_the_remedy_gets_it_back(path, make_outcome, loss):
    ledger = open_ledger(path, holder="pytest")
    LOSSES[loss](path)
    ledger.record(make_outcome(1))
    with pytest.raises(LedgerError) as caught:
        ledger.commit()
    ledger.close()
    remedy = str(caught.value).split("`")[1]

    program = f"{shlex.quote(sys.executable)} -m validator"
    subprocess.run(
        remedy.replace("validator ledger", f"{program} ledger"),
        shell=True,
        check=True,
        capture_output=True,
        env=os.environ | {"VALIDATOR_LEDGER": "/nowhere"},
    )

    assert numbers_of(path) == [447_700_900_001]


def test_a_new_ledger_in_its_place_is_left_whole(path, make_outcome):
    ledger = open_ledger(path, holder="pytest")
    fresh(path)
    with open_ledger(path.with_name("other.sqlite"), holder="pytest") as other:
        other.record(make_outcome(7))
    path.with_name("other.sqlite").replace(path)
    ledger.record(make_outcome(1))

    with pytest.raises(LedgerError, match="was replaced"):
        ledger.commit()
    ledger.close()

    assert numbers_of(path) == [447_700_900_007]


def test_a_ledger_that_is_lost_before_it_is_closed_is_an_error_too(path, make_outcome):
    ledger = open_ledger(path, holder="pytest")
    ledger.record(make_outcome(1))
    path.unlink()

    with pytest.raises(LedgerError, match="was deleted or moved"):
        ledger.close()


def test_a_folder_that_cannot_be_made_again_leaves_the_copy_in_the_temporary_one(
    path, make_outcome, tmp_path, monkeypatch
):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    ledger = open_ledger(path, holder="pytest")
    shutil.rmtree(path.parent)
    path.parent.write_text("a file in its place")
    ledger.record(make_outcome(1))

    with pytest.raises(LedgerError, match="run the same command again with --ledger"):
        ledger.commit()
    ledger.close()

    (saved,) = (tmp_path / "temporary").glob("ledger.sqlite.saved-*")
    assert numbers_of(saved) == [447_700_900_001]
