"""A frame that was checked already, as a cell of a notebook that is run twice gives; errors about frames."""

from dataclasses import replace
from functools import partial

import anyio
import polars as pl
import pytest
from polars.testing import assert_frame_equal

import validator
from validator import FileTargets, ListSettings
from validator.errors import ValidatorError

pytestmark = pytest.mark.slow

FRAME = pl.DataFrame({"name": ["Ann", "Bob"], "mobile": ["+447400123456", "+447400123457"]})
ANSWERS = ["verdict", "whatsapp_id"]


def _awaited(frame, *, options):
    return anyio.run(partial(validator.check_frame_async, frame, options=options))


@pytest.mark.parametrize("check", [validator.check_frame, _awaited], ids=["blocking", "async"])
@pytest.mark.parametrize(
    "settings",
    [
        ListSettings(),
        ListSettings(column=("mobile",)),
        ListSettings(prefix="wa_"),
        ListSettings(line_type=True, strength=True),
    ],
)
def test_a_checked_frame_can_be_checked_again(check, settings, options, provider):
    options = replace(options, settings=settings)

    first = check(FRAME, options=options)
    again = check(first, options=options)

    assert again.schema == first.schema
    answers = [settings.prefix + name for name in ANSWERS]
    assert_frame_equal(again.select(FRAME.columns + answers), first.select(FRAME.columns + answers))
    assert provider[0].log.calls("+447400123456") == 1
    assert check(first.clear(), options=options).schema == first.schema


def test_a_frame_and_a_file_renew_the_same_columns(options, folder):
    checked = validator.check_frame(FRAME, options=options)
    checked.write_csv("again.csv")

    validator.check_file("again.csv", targets=FileTargets(output="again.out.csv"), options=options)

    again = validator.check_frame(checked, options=options)
    assert pl.read_csv(folder / "again.out.csv").columns == again.columns


@pytest.mark.parametrize(
    ("frame", "settings", "words"),
    [
        (
            pl.DataFrame({"phone": ["+447400123456"], "phone 2": ["+447400123457"]}),
            ListSettings(),
            "Choose one with ListSettings.column, or give",
        ),
        (
            FRAME.with_columns(verdict=pl.lit("x")),
            ListSettings(),
            "another name with ListSettings.prefix, for instance",
        ),
        (
            FRAME.with_columns(verdict=pl.lit("x")).clear(),
            ListSettings(),
            "another name with ListSettings.prefix, for instance",
        ),
        (FRAME, ListSettings(region_column="land"), "Choose one with ListSettings.region_column"),
    ],
)
@pytest.mark.parametrize("check", [validator.check_frame, _awaited], ids=["blocking", "async"])
def test_errors_about_a_frame_name_settings_and_no_options(check, frame, settings, words, options):
    with pytest.raises(ValidatorError) as raised:
        check(frame, options=replace(options, settings=settings))

    assert words in str(raised.value)
    assert "in Python" not in str(raised.value)
