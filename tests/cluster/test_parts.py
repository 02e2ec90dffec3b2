import pytest

from validator.cluster.parts import MARKER, Part
from validator.cluster.run import marked
from validator.errors import FileError


def test_a_list_that_this_machine_does_not_see_is_named(tmp_path):
    part = Part(tmp_path / "leads.csv", tmp_path / "out.csv")

    with pytest.raises(
        FileError, match=r"leads\.csv is not there on .*; put the list where all machines see"
    ):
        part.local().__enter__()


def test_an_output_folder_of_the_same_name_on_another_machine_is_refused(tmp_path):
    part = Part(tmp_path / "leads.csv", tmp_path / "out.csv", mark="somebody's")

    with pytest.raises(FileError, match="is another one on"):
        part.written("leads.csv").__enter__()


def test_the_marker_is_there_for_the_length_of_a_run(tmp_path):
    with marked(tmp_path / "out") as mark:
        part = Part(tmp_path / "leads.csv", tmp_path / "out" / "leads.checked.csv", mark)
        with part.written("leads.csv") as path:
            assert path == tmp_path / "out" / "leads.checked.csv"

    assert not (tmp_path / "out" / MARKER).exists()


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "out").write_text("")

    with pytest.raises(FileError, match="cannot be used"):
        marked(tmp_path / "out").__enter__()
