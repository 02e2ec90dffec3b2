"""The names that the package exports: all of them, each documented with an example that is run."""

import doctest
import inspect
import subprocess
import sys

import anyio
import polars as pl
import pytest

import validator

IMPORTING = """
import logging, os, resource, sys

def process():
    return dict(os.environ), resource.getrlimit(resource.RLIMIT_CORE)

before = process()
import validator

assert not {"polars", "httpx", "anyio", "click"} & set(sys.modules)

import polars  # which sets a variable of its own allocator

before = process()
validator.check_file, validator.Summary
assert before == process()
assert not logging.getLogger().handlers and not logging.getLogger("httpx").filters
assert not [name for name in sys.modules if name.startswith("validator.cli")]
"""

FUNCTIONS = sorted(name for name in validator.__all__ if inspect.isfunction(getattr(validator, name)))


def test_the_exported_names_are_these():
    assert sorted(validator.__all__) == [
        "ApiError",
        "AskSettings",
        "Busy",
        "FileError",
        "FileTargets",
        "KeySettings",
        "LedgerError",
        "ListSettings",
        "MaxAge",
        "PlanSummary",
        "Preview",
        "ProgressState",
        "Rate",
        "Refused",
        "RunOptions",
        "SampleSummary",
        "StoppedEarly",
        "Summary",
        "UsageError",
        "ValidatorError",
        "__version__",
        "check_file",
        "check_file_async",
        "check_frame",
        "check_frame_async",
        "check_numbers",
        "check_numbers_async",
        "key_from_environment",
        "make_key",
        "plan_file",
        "plan_file_async",
        "preview_file",
        "sample_file",
        "sample_file_async",
    ]
    assert dir(validator) == sorted(validator.__all__)


def test_every_exported_name_is_there_and_has_a_docstring():
    for name in validator.__all__:
        assert inspect.getdoc(getattr(validator, name)), name


def test_a_name_that_does_not_exist_is_an_attribute_error():
    with pytest.raises(AttributeError, match="check_everything"):
        _ = validator.check_everything


@pytest.mark.slow
def test_importing_the_package_imports_nothing_heavy_and_changes_nothing():
    done = subprocess.run([sys.executable, "-c", IMPORTING], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.slow
@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_example_of_each_public_function_runs(name, provider, folder, monkeypatch):
    for variable in ("SENDAPI_API_KEY", "SENDAPI_SESSION_ID", "SENDAPI_BASE_URL"):
        monkeypatch.delenv(variable, raising=False)
        monkeypatch.setenv(variable, "")
    _, key = provider
    function = getattr(validator, name)
    names = vars(inspect.getmodule(function)) | {
        "key": key,
        "ledger": folder.parent / "ledger.sqlite",
        "anyio": anyio,
        "pl": pl,
    }
    examples = doctest.DocTestFinder(recurse=False).find(function, name, globs=names)
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    for example in examples:
        runner.run(example)

    assert (runner.failures, runner.tries > 0) == (0, True)
