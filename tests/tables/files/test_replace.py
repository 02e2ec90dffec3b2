"""The old file whole or the new file whole."""

import errno
import os
import resource
import socket
import stat
from pathlib import Path

import pytest

from validator.errors import FileError
from validator.tables import replacing, require_room, require_writable, same_file
from validator.tables.files.os_errors import unreadable, unwritable
from validator.tables.files.temporary import _hold, new_temporary

PROC = Path("/proc/self")


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_the_new_file_takes_the_place_of_the_old(tmp_path):
    target = tmp_path / "out.json"
    target.write_text("old")
    with replacing(target) as out:
        out.write(b"new")
        assert target.read_text() == "old"
    assert target.read_text() == "new"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.slow
def test_all_of_a_large_file_arrives(tmp_path):
    part = os.urandom(40 << 20)
    with replacing(tmp_path / "out.csv") as out:
        for _ in range(2):
            out.write(part)
        out.write(b"end")
    assert (tmp_path / "out.csv").read_bytes() == part + part + b"end"


def test_a_failure_leaves_the_old_file_and_no_other(tmp_path):
    target = tmp_path / "out.json"
    target.write_text("old")
    with pytest.raises(KeyboardInterrupt), replacing(target) as out:  # noqa: PT012 - the block is the test
        out.write(b"half of the n")
        raise KeyboardInterrupt
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_new_file_is_for_its_owner_alone(tmp_path):
    with replacing(tmp_path / "out.csv") as out:
        (temporary,) = tmp_path.iterdir()
        assert mode(temporary) == 0o600
        out.write(b"x")
    assert mode(tmp_path / "out.csv") == 0o600


def test_a_replaced_file_keeps_its_mode(tmp_path):
    target = tmp_path / "out.csv"
    target.touch()
    target.chmod(0o640)
    with replacing(target) as out:
        out.write(b"x")
    assert mode(target) == 0o640


def test_a_replaced_file_keeps_its_group_so_that_those_who_read_it_still_can(tmp_path):
    groups = {1234} if os.geteuid() == 0 else {*os.getgroups()} - {os.getegid()}
    if not groups:
        pytest.skip("this user is in no other group")
    target, group = tmp_path / "out.csv", min(groups)
    target.touch()
    target.chmod(0o640)
    os.chown(target, -1, group)

    with replacing(target) as out:
        out.write(b"x")

    assert (target.stat().st_gid, mode(target)) == (group, 0o640)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_a_file_that_root_replaces_stays_its_owners(tmp_path):
    target = tmp_path / "out.csv"
    target.touch(0o600)
    os.chown(target, 1234, 1234)

    with replacing(target) as out:
        out.write(b"x")

    assert (target.stat().st_uid, target.stat().st_gid, mode(target)) == (1234, 1234, 0o600)


def test_a_link_is_replaced_and_what_it_points_to_stays(tmp_path):
    (tmp_path / "precious.csv").write_text("precious")
    link = tmp_path / "out.csv"
    link.symlink_to("precious.csv")
    with replacing(link) as out:
        out.write(b"new")
    assert (tmp_path / "precious.csv").read_text() == "precious"
    assert not link.is_symlink()
    assert (link.read_text(), mode(link)) == ("new", 0o600)


@pytest.mark.parametrize("check", [require_writable, lambda target: replacing(target).__enter__()])
def test_what_cannot_be_replaced_is_refused_before_anything_is_written(tmp_path, check):
    with pytest.raises(FileError, match="is a folder; name a file"):
        check(tmp_path)
    with pytest.raises(FileError, match=r"the folder of .* does not exist; create it"):
        check(tmp_path / "no" / "out.csv")
    assert list(tmp_path.iterdir()) == []


def test_a_writable_place_is_left_as_it_was(tmp_path):
    target = tmp_path / "out.csv"
    require_writable(target)
    assert list(tmp_path.iterdir()) == []
    target.write_text("old")
    require_writable(target)
    assert target.read_text() == "old"


def test_a_device_behind_a_link_is_not_replaced(tmp_path):
    (tmp_path / "out").symlink_to("/dev/null")
    require_writable(tmp_path / "out")
    with replacing(tmp_path / "out") as out:
        out.write(b"x")
    assert (tmp_path / "out").is_symlink()
    assert Path("/dev/null").is_char_device()


@pytest.mark.parametrize("name", ["/dev/fd/1000", "/proc/self/fd/1000", "/dev/fd/0"])
def test_a_stream_that_is_not_there_is_refused_beforehand(name, monkeypatch):
    with Path("/dev/null").open("rb") as nothing:
        before = os.dup(0)
        os.dup2(nothing.fileno(), 0)
        try:
            with pytest.raises(FileError, match="name a file for the output"):
                require_writable(Path(name))
        finally:
            os.dup2(before, 0)
            os.close(before)


def test_a_socket_is_refused(tmp_path):
    with socket.socket(socket.AF_UNIX) as end:
        end.bind(str(tmp_path / "s"))
        with pytest.raises(FileError, match="is a disk or a socket"):
            require_writable(tmp_path / "s")


@pytest.mark.skipif(not PROC.exists(), reason="needs a folder in which not even root makes files")
def test_a_folder_that_takes_no_files_is_named():
    with pytest.raises(FileError, match="/proc/self/out"):
        require_writable(PROC / "out")


def test_a_disk_that_fills_up_leaves_nothing(tmp_path):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        with pytest.raises(FileError, match="grows beyond the file size"), replacing(tmp_path / "out") as out:
            out.write(bytes(2000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert list(tmp_path.iterdir()) == []


def test_a_target_that_became_a_folder_meanwhile_leaves_no_temporary_file(tmp_path):
    target = tmp_path / "out"
    with pytest.raises(FileError, match="is a folder"), replacing(target) as out:  # noqa: PT012 - as above
        out.write(b"x")
        target.mkdir()
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (errno.ENOSPC, "no space left for out.csv; free some"),
        (errno.EDQUOT, "no space left"),
        (errno.EROFS, "on a read-only disk"),
        (errno.EACCES, "may not be written by this user"),
        (errno.EPERM, "may not be written by this user"),
        (errno.EIO, "cannot be written: Input/output error"),
    ],
)
def test_what_the_system_refuses_to_write_has_a_remedy(code, words):
    assert words in str(unwritable("out.csv", OSError(code, os.strerror(code))))


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (PermissionError(), "may not be read by this user; change its permissions"),
        (OSError(errno.EIO, "Input/output error"), "cannot be read: Input/output error"),
        (OSError("odd"), "cannot be read: odd"),
        (OSError(), "cannot be read: OSError"),
    ],
)
def test_what_the_system_refuses_to_read_has_a_remedy(error, words):
    assert words in str(unreadable("in.csv", error))


def test_one_file_is_known_by_all_its_names(tmp_path):
    file = tmp_path / "a.csv"
    file.touch()
    (tmp_path / "soft.csv").symlink_to(file)
    (tmp_path / "hard.csv").hardlink_to(file)
    (tmp_path / "b.csv").touch()
    assert same_file(file, tmp_path / "soft.csv")
    assert same_file(file, tmp_path / "hard.csv")
    assert not same_file(file, tmp_path / "b.csv")


def test_files_yet_to_be_written_are_one_where_their_names_lead_to_one_place(tmp_path):
    assert same_file(tmp_path / "new.csv", tmp_path / "." / "new.csv")
    assert not same_file(tmp_path / "new.csv", tmp_path / "other.csv")


def leave_behind(folder, name=".validator-0123456789abcdef.tmp"):
    """Lay down what a killed run leaves of an output."""
    (folder / name).write_bytes(b"half an outp")
    return folder / name


def test_what_a_killed_run_left_is_cleared_away_by_the_next(tmp_path):
    left = leave_behind(tmp_path)
    require_writable(tmp_path / "out.csv")
    assert not left.exists()


def test_the_temporary_file_of_a_living_run_is_left(tmp_path):
    with replacing(tmp_path / "out.csv") as out:
        require_writable(tmp_path / "another.csv")
        out.write(b"new")
    assert (tmp_path / "out.csv").read_bytes() == b"new"


def test_nothing_but_temporary_files_of_our_name_is_cleared_away(tmp_path):
    kept = [leave_behind(tmp_path, name) for name in (".validator-notes.tmp", ".other-0123456789abcdef.tmp")]
    (tmp_path / ".validator-00000000000000aa.tmp").symlink_to(kept[0])
    require_writable(tmp_path / "out.csv")
    assert len(list(tmp_path.iterdir())) == 3


def test_a_file_that_another_run_took_for_a_dead_ones_is_made_anew(tmp_path):
    folder = os.open(tmp_path, os.O_RDONLY)
    _, removed = new_temporary(folder)
    (path,) = tmp_path.iterdir()
    path.unlink()

    assert not _hold(removed)
    os.close(removed)
    os.close(folder)


def test_an_output_that_cannot_fit_is_refused_beforehand(tmp_path):
    require_room(tmp_path / "out.csv", least_bytes=1)
    with pytest.raises(FileError, match=r"out\.csv will be of 1,152,921,504,606\.8 MB or more, and its disk"):
        require_room(tmp_path / "out.csv", least_bytes=2**60)
