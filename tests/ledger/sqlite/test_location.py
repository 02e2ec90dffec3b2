import logging
import os
import stat
from pathlib import Path

import pytest

from validator.errors import LedgerError
from validator.ledger import open_ledger
from validator.ledger.sqlite.location import Mount, make_file, mount_of, refuse_remote

MOUNTINFO = """\
21 1 254:0 / / rw,relatime - ext4 /dev/vda rw
22 21 0:40 / /home rw,relatime shared:7 - nfs4 server:/home rw
23 22 0:41 / /home/local rw,relatime - xfs /dev/vdb rw
24 21 0:42 / /mnt/my\\040drive rw - fuse.sshfs host: rw
25 21 0:43 / /srv rw - cifs //host/share rw
26 21 0:44 / /srv rw - tmpfs tmpfs rw
"""


def mode_of(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_everything_made_is_for_the_owner_alone_whatever_the_umask(path, make_outcome):
    before = os.umask(0)
    try:
        with open_ledger(path, holder="pytest") as ledger:
            ledger.record(make_outcome())
            ledger.commit()
            modes = {entry.name: mode_of(entry) for entry in path.parent.iterdir()}
    finally:
        os.umask(before)

    names = ["ledger.sqlite", "ledger.sqlite-shm", "ledger.sqlite-wal", "ledger.sqlite.lock"]
    assert modes == dict.fromkeys(names, 0o600)
    assert mode_of(path.parent) == 0o700


def test_wider_modes_that_were_there_before_are_warned_about(path, caplog):
    open_ledger(path, holder="pytest").close()
    path.chmod(0o644)
    path.parent.chmod(0o755)

    with caplog.at_level(logging.WARNING):
        open_ledger(path, holder="pytest").close()

    assert [record.getMessage().split(" (")[0] for record in caplog.records] == [
        f"{path.parent} is open to others",
        f"{path} is open to others",
    ]
    assert "mode 0755" in caplog.text
    assert "mode 0644), and people's numbers are in it; chmod 0600 closes it" in caplog.text


def test_private_modes_are_not_warned_about(path, caplog):
    open_ledger(path, holder="pytest").close()
    open_ledger(path, holder="pytest").close()

    assert not caplog.records


@pytest.mark.parametrize(
    ("path", "mount"),
    [
        ("/var/x", Mount(Path("/"), "ext4", "rw")),
        ("/home/ann/x", Mount(Path("/home"), "nfs4", "rw")),
        ("/home/local/x", Mount(Path("/home/local"), "xfs", "rw")),
        ("/homes/x", Mount(Path("/"), "ext4", "rw")),
        ("/mnt/my drive/x", Mount(Path("/mnt/my drive"), "fuse.sshfs", "rw")),
        ("/srv/x", Mount(Path("/srv"), "tmpfs", "rw")),
    ],
)
def test_the_innermost_and_latest_mount_counts(path, mount):
    assert mount_of(Path(path), MOUNTINFO) == mount


def test_no_mount_is_found_in_an_empty_list():
    assert mount_of(Path("/x"), "") is None


@pytest.mark.parametrize(
    ("kind", "remote"),
    [
        ("ext4", False),
        ("overlay", False),
        ("fuseblk", False),
        ("fuse.fuse-overlayfs", False),
        ("fuse", True),
        ("fuse.s3fs", True),
        ("nfs", True),
        ("smb3", True),
        ("virtiofs", True),
    ],
)
def test_network_and_fuse_file_systems_are_told_apart_from_local_ones(kind, remote):
    assert Mount(Path("/"), kind).is_remote is remote


@pytest.mark.parametrize(
    ("options", "remote"),
    [
        ("rw,trans=virtio,version=9p2000.L", True),
        ("rw,sync,dirsync,access=client,trans=tcp,port=564", True),
        ("rw,dirsync,aname=drvfs;path=C:\\;uid=1000,mmap,trans=fd,rfd=8,wfd=8", True),
        ("rw,trans=fd,rfdno=4,wfdno=4,aname=/,dfltuid=4294967294", False),
    ],
)
def test_9p_is_remote_unless_it_goes_over_an_inherited_descriptor(options, remote):
    assert Mount(Path("/"), "9p", options).is_remote is remote


def test_a_ledger_on_a_network_file_system_is_refused_with_the_reason(tmp_path):
    mounts = tmp_path / "mountinfo"
    mounts.write_text(MOUNTINFO)

    with pytest.raises(LedgerError, match=r"network file system \(nfs4 at /home\).*--ledger"):
        refuse_remote(Path("/home/ann/ledger.sqlite"), mounts)
    refuse_remote(Path("/home/local/ledger.sqlite"), mounts)


def test_where_the_system_tells_no_mounts_nothing_is_refused(tmp_path):
    refuse_remote(Path("/home/ann/ledger.sqlite"), tmp_path / "missing")


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").touch()

    with pytest.raises(LedgerError, match=r"file/state cannot be made: Not a directory; .*XDG_STATE_HOME"):
        open_ledger(tmp_path / "file" / "state" / "ledger.sqlite", holder="pytest")


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="needs a folder nobody can write to: /proc")
def test_a_folder_that_cannot_be_written_to_is_named():
    with pytest.raises(LedgerError, match=r"/proc/\d+/ledger\.sqlite"):
        open_ledger(Path("/proc/self/ledger.sqlite"), holder="pytest")
    with pytest.raises(LedgerError, match="cannot be made"):
        make_file(Path("/proc/self/ledger.sqlite"))


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes to read-only folders")
def test_a_read_only_folder_is_named(tmp_path):
    tmp_path.chmod(0o500)

    with pytest.raises(LedgerError, match="cannot be opened: Permission denied"):
        open_ledger(tmp_path / "ledger.sqlite", holder="pytest")


@pytest.fixture
def shared(tmp_path):
    """A folder that others may write to, as /tmp is."""
    folder = tmp_path / "shared"
    folder.mkdir()
    folder.chmod(0o1777)
    return folder


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to make somebody else's files")
@pytest.mark.parametrize(
    "what", ["link to a file", "link to nothing", "link to a folder", "file", "link to that"]
)
def test_another_users_link_or_file_in_a_shared_folder_is_refused(shared, tmp_path, what):
    theirs, target = shared / "theirs", tmp_path / "mine"
    match what:
        case "link to a file":
            target.write_text("precious")
            theirs.symlink_to(target)
        case "link to nothing":
            theirs.symlink_to(target)
        case "link to a folder":
            target.mkdir()
            theirs.symlink_to(target)
        case _:
            theirs.write_text("")
    os.chown(theirs, 4711, 4711, follow_symlinks=False)
    path = theirs / "ledger.sqlite" if what == "link to a folder" else theirs
    if what == "link to that":
        path = tmp_path / "own"
        path.symlink_to(theirs)

    with pytest.raises(
        LedgerError, match="belongs to another user and lies in a folder that others may write"
    ):
        open_ledger(path, holder="pytest")

    assert what != "link to a file" or target.read_text() == "precious"
    assert not list(tmp_path.rglob("*.lock"))


def test_own_links_and_files_in_a_shared_folder_are_followed(shared, path):
    open_ledger(path, holder="pytest").close()
    (shared / "own").symlink_to(path)

    open_ledger(shared / "own", holder="pytest").close()
    open_ledger(shared / "new.sqlite", holder="pytest").close()


def test_a_folder_in_the_ledgers_place_is_refused(path):
    path.mkdir(parents=True)

    with pytest.raises(LedgerError, match=r"ledger\.sqlite is a folder"):
        open_ledger(path, holder="pytest")


def test_all_names_of_a_ledger_share_its_lock(path, tmp_path):
    link = tmp_path / "link.sqlite"
    link.symlink_to(path)

    with open_ledger(link, holder="pytest") as ledger:
        assert ledger.path == path.resolve()
        assert not (tmp_path / "link.sqlite.lock").exists()
