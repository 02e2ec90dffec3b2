"""Temporary folders, which each run makes for itself while others clear away those of the dead."""

import threading
from pathlib import Path

import pytest

from validator.tables import clear_folders_away, temporary_folder


@pytest.fixture
def clearing(tmp_path, monkeypatch):
    """Let somebody clear away the folders of dead runs all the time."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    ends = threading.Event()

    def clear():
        while not ends.is_set():
            clear_folders_away()

    others = [threading.Thread(target=clear) for _ in range(3)]
    for other in others:
        other.start()
    yield tmp_path
    ends.set()
    for other in others:
        other.join()


@pytest.mark.slow
def test_a_new_folder_is_never_taken_for_a_dead_ones(clearing):
    for _ in range(500):
        with temporary_folder() as folder:
            assert folder.is_dir()
            Path(folder, "list.csv").touch()
    assert list(clearing.iterdir()) == []
