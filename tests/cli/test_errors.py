"""How failures end: one line and an exit code, and the whole story for those who ask for it."""

import logging

import click
import pytest

from validator.cli import main
from validator.cli.process.errors import report_failure
from validator.errors import Busy, FileError, Interrupted, LedgerError, UsageError, innermost
from validator.errors import ValidatorError as Bug


def raised(error):
    """The error with the traceback it has when it was raised here."""

    def fail():
        raise error

    with pytest.raises(type(error)) as caught:
        fail()
    return caught.value


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UsageError("said so"), 2),
        (FileError("said so"), 3),
        (LedgerError("said so"), 3),
        (Busy("said so"), 7),
        (Bug("said so"), 1),
    ],
)
def test_an_error_of_ours_is_its_message(capsys, error, code):
    assert report_failure(error) == code
    assert capsys.readouterr().err == "validator: said so\n"


@pytest.mark.parametrize(("signum", "code"), [(2, 130), (15, 143)])
def test_an_interrupted_run_has_the_code_of_its_signal(capsys, signum, code):
    assert report_failure(Interrupted(signum)) == code
    assert capsys.readouterr().err == "validator: interrupted\n"


@pytest.mark.parametrize("error", [KeyboardInterrupt(), click.exceptions.Abort()])
def test_ctrl_c_where_nothing_listens_for_it_is_an_interruption(capsys, error):
    assert report_failure(error) == 130
    assert "no recorded answer is lost" in capsys.readouterr().err


def test_a_bug_of_ours_is_one_line_with_its_place(capsys):
    assert report_failure(raised(ZeroDivisionError("of a secret"))) == 1

    err = capsys.readouterr().err
    assert err.startswith("validator: internal error: ZeroDivisionError in fail, line ")
    assert "test_errors.py. This is a bug; -v shows the traceback" in err
    assert err.count("\n") == 1
    assert "secret" not in err


def test_a_bug_without_a_place_is_told_too(capsys):
    assert report_failure(ZeroDivisionError()) == 1
    assert "internal error: ZeroDivisionError" in capsys.readouterr().err


def test_memory_that_ran_out_is_no_bug(capsys):
    assert report_failure(MemoryError()) == 1
    assert "memory ran out; no recorded answer is lost" in capsys.readouterr().err


class Panic(BaseException):
    """As polars raises them (pyo3's PanicException): no `Exception`."""


@pytest.mark.parametrize(("error", "code"), [(Panic("deep down"), 1), (MemoryError(), 1)])
def test_whatever_a_library_raises_ends_as_one_line(capsys, monkeypatch, error, code):
    def fail(*_, **__):
        raise error

    monkeypatch.setattr(click.Command, "main", fail)

    assert main(["plan"]) == code
    err = capsys.readouterr().err
    assert err.startswith("validator: ")
    assert err.count("\n") == 1


def test_verbose_shows_the_whole_story(caplog):
    with caplog.at_level(logging.DEBUG, "validator"):
        report_failure(raised(ZeroDivisionError("division")))

    assert "Traceback" in caplog.text
    assert "test_errors.py" in caplog.text


def test_of_several_failures_ours_is_the_one_to_tell():
    ours = UsageError("ours")
    group = BaseExceptionGroup("all", [ValueError(), BaseExceptionGroup("inner", [KeyError(), ours])])

    assert innermost(group) is ours


def test_of_several_foreign_failures_the_first_is_told():
    first = ValueError()

    assert innermost(ExceptionGroup("all", [first, KeyError()])) is first
