import itertools
import random
import re
import shutil
import sqlite3
import subprocess
from pathlib import Path

import pytest

from validator.errors import LedgerError
from validator.ledger import open_ledger, read
from validator.ledger.sqlite.connection import _set_up, loses_commits, open_writer, require_sqlite
from validator.ledger.sqlite.schema import SCHEMA_VERSION

FIRST = 447_700_900_001
LEDGER_DOC = Path(__file__).parents[3] / "docs" / "ledger.md"


def numbers_of(path):
    with read(path) as reader:
        return [row[0] for rows in reader.known() for row in rows]


@pytest.fixture
def filled(path, make_outcome):
    with open_ledger(path, holder="pytest") as ledger:
        for place in range(8_000):
            ledger.record(make_outcome(place))
    return path


def change(path, *statements):
    connection = sqlite3.connect(path, isolation_level=None)
    for statement in statements:
        connection.execute(statement)
    connection.close()


def overwrite(path, start, content):
    with path.open("r+b") as file:
        file.seek(start)
        file.write(content)


@pytest.mark.slow
def test_what_was_acknowledged_survives_kills(path, run_program):
    acknowledged, sent = 0, FIRST
    for seed in range(5):
        process = run_program("write_for_ever.py", path, sent)
        for line in itertools.islice(process.stdout, random.Random(seed).randrange(1, 200)):
            acknowledged = int(line)
        process.kill()
        acknowledged = max([acknowledged, *map(int, process.stdout.read().split("\n")[:-1])])
        sent = acknowledged + 1

        held = numbers_of(path)
        assert held[: acknowledged - FIRST + 1] == list(range(FIRST, acknowledged + 1))
        # At most the group that was on its way may be there beyond what was acknowledged.
        assert len(held) <= acknowledged - FIRST + 1 + 5


@pytest.mark.slow
def test_a_torn_wal_costs_only_the_commits_that_were_torn(path, make_outcome, tmp_path):
    with open_ledger(path, holder="pytest") as ledger:
        for place in range(20):
            ledger.record(make_outcome(place))
            ledger.commit()
        wal = path.with_name(path.name + "-wal").read_bytes()
        base = path.read_bytes()

    held = []
    for cut in range(len(wal), 0, -997):
        copy = tmp_path / f"{cut}" / "ledger.sqlite"
        copy.parent.mkdir(mode=0o700)
        copy.write_bytes(base)
        copy.chmod(0o600)
        copy.with_name("ledger.sqlite-wal").write_bytes(wal[:cut])
        open_ledger(copy, holder="pytest").close()
        numbers = numbers_of(copy)
        assert numbers == list(range(FIRST - 1, FIRST - 1 + len(numbers)))
        held.append(len(numbers))

    assert held[0] == 20
    assert held == sorted(held, reverse=True)


@pytest.mark.slow
def test_a_full_disk_ends_the_run_and_loses_nothing(path, run_program):
    process = run_program("fill_the_disk.py", path, FIRST)
    *acknowledged, error, refusal = process.stdout.read().splitlines()

    assert process.wait() == 0
    assert "could not be written (SQLITE_IOERR_WRITE" in error
    assert "what was committed before is kept" in error
    assert "takes nothing more" in refusal
    assert len(acknowledged) > 10
    open_ledger(path, holder="pytest").close()
    assert numbers_of(path)[: len(acknowledged)] == list(map(int, acknowledged))


def test_after_a_failed_write_the_wal_is_left_for_the_next_opening(path, make_outcome):
    ledger = open_ledger(path, holder="pytest")
    ledger.record(make_outcome(1))
    ledger.commit()
    (pages,) = ledger._writing.execute("PRAGMA page_count").fetchone()
    ledger._writing.execute(f"PRAGMA max_page_count = {pages}")
    for place in range(2_000):
        ledger.record(make_outcome(place))
    with pytest.raises(LedgerError, match=r"SQLITE_FULL.*run the same command again"):
        ledger.commit()
    ledger.close()

    assert path.with_name(path.name + "-wal").stat().st_size > 0
    assert numbers_of(path) == [FIRST]
    open_ledger(path, holder="pytest").close()
    assert numbers_of(path) == [FIRST]


def test_a_group_that_cannot_be_committed_at_close_is_an_error_and_frees_the_lock(path, make_outcome):
    ledger = open_ledger(path, holder="pytest")
    ledger._writing.execute("PRAGMA query_only = ON")
    ledger.record(make_outcome(1))
    with pytest.raises(LedgerError, match="SQLITE_READONLY"):
        ledger.close()

    open_ledger(path, holder="pytest").close()


def test_a_damaged_page_is_found_at_opening_and_the_file_kept(filled):
    overwrite(filled, 3 * 4096, b"\xff" * 4096)
    before = filled.read_bytes()

    with pytest.raises(LedgerError, match=r"is damaged.*it is left as it is\. Move it"):
        open_ledger(filled, holder="pytest")
    assert filled.read_bytes() == before


def test_a_large_ledger_is_looked_at_as_a_whole_only_after_an_unclean_end(filled):
    overwrite(filled, 20 * 4096, b"\xff" * 4096)

    open_writer(filled, always_checked_bytes=0).close()
    filled.with_name(f"{filled.name}-wal").touch()
    with pytest.raises(LedgerError, match="is damaged"):
        open_writer(filled, always_checked_bytes=0)


def test_a_large_ledger_that_was_cut_off_is_refused(filled):
    content = filled.read_bytes()
    filled.write_bytes(content[: len(content) // 2 // 4096 * 4096])

    with pytest.raises(LedgerError, match="is damaged"):
        open_writer(filled, always_checked_bytes=0)


@pytest.mark.slow
def test_damage_that_opening_does_not_look_for_is_found_by_looking_thoroughly(filled):
    change(filled, "UPDATE numbers SET finding = 99 WHERE number = 447700900007")

    with open_ledger(filled, holder="pytest") as ledger:
        with pytest.raises(LedgerError, match="is damaged") as caught:
            ledger.require_sound()
        assert "4477009" not in str(caught.value)


def test_a_sound_ledger_is_found_sound(filled):
    with read(filled) as reader:
        reader.require_sound()


@pytest.mark.parametrize(
    ("version", "loses"),
    [
        ((3, 40, 1), True),
        ((3, 44, 5), True),
        ((3, 44, 6), False),
        ((3, 45, 0), True),
        ((3, 50, 6), True),
        ((3, 50, 7), False),
        ((3, 51, 2), True),
        ((3, 51, 3), False),
        ((3, 53, 0), False),
    ],
)
def test_versions_of_sqlite_that_lose_commits_are_known(version, loses):
    assert loses_commits(version) is loses


def test_a_sqlite_that_is_too_old_is_refused_with_the_remedy():
    with pytest.raises(
        LedgerError, match=r"has SQLite 3\.34\.1, and the ledger needs 3\.38\.0; use a Python"
    ):
        require_sqlite((3, 34, 1))
    require_sqlite((3, 38, 0))


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("sqlite3") is None, reason="needs the sqlite3 program")
def test_the_documented_remedy_saves_what_is_not_damaged(filled):
    recipe = re.search(
        r"```sh\n(mv .*?)validator doctor\n```", LEDGER_DOC.read_text(encoding="utf-8"), re.DOTALL
    )
    damaged = filled.read_bytes()[: 20 * 4096] + b"\xff" * 4096 + filled.read_bytes()[21 * 4096 :]
    filled.write_bytes(damaged)

    subprocess.run(["sh", "-c", recipe[1]], cwd=filled.parent, check=True, capture_output=True)

    with open_ledger(filled, holder="pytest") as ledger:
        ledger.require_sound()
        assert 7_500 < ledger.numbers() < 8_000
    assert filled.with_name("damaged.sqlite").read_bytes() == damaged
    assert filled.stat().st_mode & 0o777 == 0o600


def test_a_message_on_damage_holds_no_number(filled):
    # Two leaves swapped: every page is sound, their order is not, and SQLite's own words name row ids.
    content = filled.read_bytes()
    overwrite(filled, 20 * 4096, content[30 * 4096 : 31 * 4096] + content[21 * 4096 : 22 * 4096])

    with pytest.raises(LedgerError, match="is damaged") as caught:
        open_ledger(filled, holder="pytest")
    assert "4477009" not in f"{caught.value}{caught.value.__cause__}"


def test_a_file_that_is_no_database_is_refused_and_kept(path):
    path.parent.mkdir(mode=0o700)
    path.write_text("phone\n+447700900000\n" * 100)
    before = path.read_bytes()

    for opening in (lambda: open_ledger(path, holder="pytest"), lambda: read(path)):
        with pytest.raises(LedgerError, match="damaged, or no ledger at all"):
            opening()
    assert path.read_bytes() == before


def test_damage_found_in_mid_scan_is_a_ledger_error(filled):
    with read(filled) as reader:
        overwrite(filled, 40 * 4096, b"\xff" * 4096)

        with pytest.raises(LedgerError, match="is damaged"):
            list(reader.known())


def test_another_programs_database_is_refused_and_kept(path):
    path.parent.mkdir(mode=0o700)
    change(path, "CREATE TABLE friends (name TEXT)")
    before = path.read_bytes()

    for opening in (lambda: open_ledger(path, holder="pytest"), lambda: read(path)):
        with pytest.raises(LedgerError, match="a database of another program"):
            opening()
    assert path.read_bytes() == before


def test_a_later_versions_ledger_is_refused_with_both_versions(filled):
    change(filled, f"PRAGMA user_version = {SCHEMA_VERSION + 1}")

    for opening in (lambda: open_ledger(filled, holder="pytest"), lambda: read(filled)):
        with pytest.raises(
            LedgerError, match=rf"schema version {SCHEMA_VERSION + 1}.* up to {SCHEMA_VERSION}\. Update it"
        ):
            opening()


def test_an_earlier_versions_ledger_is_not_read_before_it_is_migrated(path):
    path.parent.mkdir(mode=0o700)
    change(path, "PRAGMA application_id = 0x5341504C", "PRAGMA user_version = -1")

    with pytest.raises(LedgerError, match="the next `validator check` brings it up to date"):
        read(path)


def test_a_place_without_shared_memory_is_refused(path, tmp_path):
    # An in-memory database is the one place where SQLite keeps no WAL on any system.
    connection = sqlite3.connect(":memory:", isolation_level=None)
    with pytest.raises(LedgerError, match="cannot keep a WAL"):
        _set_up(connection, path)
    connection.close()


@pytest.mark.slow
def test_a_ledger_copied_without_its_wal_still_opens(filled, tmp_path):
    copy = shutil.copy(filled, tmp_path / "copy.sqlite")

    assert len(numbers_of(copy)) == 8_000
