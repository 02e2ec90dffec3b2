"""What a rename would be refused for is found before hours are spent on the content."""

import os
import stat
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace

import pytest

from validator.errors import FileError
from validator.tables import require_writable
from validator.tables.files.replaceable import _is_anothers, require_replaceable


@pytest.fixture
def folder(tmp_path):
    descriptor = os.open(tmp_path, os.O_RDONLY | os.O_DIRECTORY)
    yield descriptor
    os.close(descriptor)


@pytest.mark.parametrize("name", ["out.csv", "with blank.csv", "tab\tand\\.csv", "umläut.csv"])
def test_a_file_that_is_mounted_by_itself_is_refused_with_the_remedy(tmp_path, folder, name):
    target = tmp_path / name
    target.touch()
    point = str(target).replace("\\", r"\134").replace(" ", r"\040").replace("\t", r"\011")
    mounts = tmp_path / "mountinfo"
    mounts.write_text(f"36 35 98:0 / / rw - ext4 /dev/a rw\n37 35 98:0 /x {point} rw - ext4 /dev/a rw\n")

    with pytest.raises(FileError, match=r"mounted by itself, .* mount its folder instead"):
        require_replaceable(target, folder, mounts=mounts)
    (tmp_path / "other.csv").touch()
    require_replaceable(tmp_path / "other.csv", folder, mounts=mounts)


@pytest.mark.parametrize(
    ("mode", "owner", "folder_owner", "user", "is_anothers"),
    [
        (0o1777, 1, 0, 2, True),
        (0o1777, 2, 0, 2, False),
        (0o1777, 1, 2, 2, False),
        (0o1777, 1, 0, 0, False),
        (0o777, 1, 0, 2, False),
    ],
)
def test_in_a_sticky_folder_only_owners_replace(mode, owner, folder_owner, user, is_anothers):
    there = SimpleNamespace(st_uid=owner)
    above = SimpleNamespace(st_uid=folder_owner, st_mode=stat.S_IFDIR | mode)

    assert _is_anothers(there, above, user) is is_anothers


# As another user: the file is root's, and the folder is as /tmp is.
AS_NOBODY = """
import os, sys
from pathlib import Path
from validator.errors import FileError
from validator.tables import replacing, require_writable
os.setuid(65534)
try:
    require_writable(Path(sys.argv[1]))
except FileError as error:
    print("found before:", error)
try:
    with replacing(Path(sys.argv[1])) as file:
        file.write(b"new")
except FileError as error:
    print("found late:", error)
"""


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be another user")
@pytest.mark.parametrize("is_sticky", [True, False])
def test_what_the_system_refuses_at_the_end_is_found_at_the_beginning(is_sticky):
    # Not below pytest's own folder, which no other user may enter.
    with TemporaryDirectory() as shared:
        Path(shared).chmod(0o1777 if is_sticky else 0o777)
        target = Path(shared) / "out.csv"
        target.write_text("old")

        done = subprocess.run(
            [sys.executable, "-c", AS_NOBODY, target], capture_output=True, text=True, check=True
        )

    said = [line.split(":")[0] for line in done.stdout.splitlines()]
    assert said == (["found before", "found late"] if is_sticky else [])


@pytest.mark.slow
@pytest.mark.parametrize("mark", ["i", "a"])
def test_a_file_that_may_not_change_is_refused(tmp_path, mark):
    target = tmp_path / "out.csv"
    target.write_text("old")
    if subprocess.run(["chattr", f"+{mark}", target], capture_output=True, check=False).returncode:
        pytest.skip("this disk, or this user, cannot mark files as immutable")
    try:
        with pytest.raises(FileError, match="immutable or append-only; lift that with chattr -ia"):
            require_writable(target)
    finally:
        subprocess.run(["chattr", f"-{mark}", target], check=True)
    require_writable(target)


def test_a_file_without_write_permission_can_be_replaced(tmp_path):
    target = tmp_path / "out.csv"
    target.touch(mode=0o400)

    require_writable(target)


@pytest.mark.parametrize("length", [256, 1_000])
def test_a_name_too_long_is_said_before_anything_is_written(tmp_path, length):
    with pytest.raises(FileError, match=r"the name .* is too long for this disk; choose a shorter one"):
        require_writable(tmp_path / ("x" * length))
    require_writable(tmp_path / ("x" * 255))
