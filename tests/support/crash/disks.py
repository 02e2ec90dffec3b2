"""A small disk of its own: a tmpfs, which can be filled, enlarged, or made read-only."""

import os
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True)
class Disk:
    """A mounted disk."""

    folder: Path

    def remount(self, options):
        _run("mount", "-o", f"remount,{options}", str(self.folder))

    def fill(self):
        """Write until there is no room left."""
        with (self.folder / "filler").open("wb", buffering=0) as file:
            while _wrote(file, bytes(4096)):
                pass

    def free(self):
        (self.folder / "filler").unlink()


def _wrote(file, content):
    try:
        return file.write(content)
    except OSError:
        return 0


@contextmanager
def small_disk(folder, options):
    """Mount a disk on a folder, or skip where that is not allowed."""
    folder.mkdir()
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small disk")
    refusal = _run("mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder))
    if refusal:
        pytest.skip(f"a small disk cannot be mounted here: {refusal}")
    try:
        yield Disk(folder)
    finally:
        assert not _run("umount", str(folder))


def _run(*command):
    """Run a command, and return what it has to say where it fails."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stderr.strip() if done.returncode else ""
