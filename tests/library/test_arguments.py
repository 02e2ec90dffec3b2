"""Arguments of another kind: taken if they are unambiguous, else an error that names the argument."""

# mypy: disable-error-code="arg-type,call-overload,dict-item,list-item,misc"

import re
from functools import partial
from math import nan
from pathlib import Path

import httpx
import polars as pl
import pytest

import validator
from validator import AskSettings, FileTargets, ListSettings, MaxAge, Rate, RunOptions, make_key
from validator.batch.ask_settings import KeySettings
from validator.errors import UsageError
from validator.sendapi import SendAPI
from validator.settings import RateMode
from validator.tables import ReadOptions

from .conftest import KEY, SESSION

PHONE = "+447400123456"
LEADS = pl.DataFrame({"phone": [PHONE]})
OPTIONS = RunOptions()

WRONG = {
    "ledger": partial(RunOptions, ledger=7),
    "keys": partial(RunOptions, keys="sk_test"),
    "keys[1]": lambda: RunOptions(keys=[make_key(KEY, SESSION), "another"]),
    "settings": partial(RunOptions, settings={"column": "phone"}),
    "asking": partial(RunOptions, asking=ListSettings()),
    "suppress": partial(RunOptions, suppress=1.5),
    "suppress[0]": partial(RunOptions, suppress=[None]),
    "on_progress": partial(RunOptions, on_progress="print"),
    "output": partial(FileTargets, output=3),
    "report": partial(FileTargets, report=True),
    "max_invalid": partial(FileTargets, max_invalid="5%"),
    "column": partial(ListSettings, column=1),
    "join[1]": partial(ListSettings, join=["code", 2]),
    "region": partial(ListSettings, region=44),
    "limit": partial(ListSettings, limit="10"),
    "enough": partial(ListSettings, enough="10"),
    "excel_safe": partial(ListSettings, excel_safe="no"),
    "max_age": partial(ListSettings, max_age="30d"),
    "suppress_unreadable": partial(ListSettings, suppress_unreadable="yes"),
    "order": partial(ListSettings, order=1),
    "accept": partial(ListSettings, accept=None),
    "concurrency": partial(AskSettings, concurrency="5"),
    "grace_s": partial(AskSettings, grace_s="8s"),
    "deadline": partial(AskSettings, deadline="06:30"),
    "canaries": partial(AskSettings, canaries=PHONE),
    "timeout_s": partial(make_key, KEY, SESSION, timeout_s="5"),
    "key": partial(make_key, None, SESSION),
    "sessions[0]": partial(make_key, KEY, 4.2),
    "rate": partial(make_key, KEY, SESSION, rate=300),
    "daily_cap": partial(make_key, KEY, SESSION, daily_cap="10"),
    "base_url": partial(make_key, KEY, SESSION, base_url=b"https://sendapi.example/v1"),
    "ca_file": partial(make_key, KEY, SESSION, ca_file=1),
    "network": partial(SendAPI, KEY, network="http://proxy.example:3128"),
    "transport": partial(SendAPI, KEY, transport="x"),
    "transport of httpx": partial(SendAPI, KEY, transport=httpx.HTTPTransport()),
    "source": partial(validator.check_file, None),
    "targets": partial(validator.check_file, "leads.csv", targets="out.csv"),
    "options": partial(validator.check_numbers, [], options={}),
    "rate_per_min": partial(validator.plan_file, "leads.csv", rate_per_min="60"),
    "size": partial(validator.sample_file, "leads.csv", size="300"),
    "seed": partial(validator.sample_file, "leads.csv", seed=1.5),
    "frame": partial(validator.check_frame, [1, 2]),
    "numbers": partial(validator.check_numbers, PHONE),
    "numbers[1]": partial(validator.check_numbers, [PHONE, 447400123410.0]),
    "numbers[0]": partial(validator.check_numbers, [PHONE.encode()]),
}


@pytest.mark.parametrize(("name", "call"), WRONG.items(), ids=WRONG)
def test_the_argument_is_named_and_what_is_expected(name, call):
    with pytest.raises(UsageError) as wrong:
        call()

    message = str(wrong.value)
    assert message.startswith(f"{name.split()[0]} is ")
    assert "expected" in message or "it is one of" in message
    assert not any(secret in message for secret in (KEY, PHONE, PHONE[1:], "447400123410"))


OUT_OF_RANGE = {
    "concurrency": (AskSettings, (0, -1, 1_001)),
    "retries": (AskSettings, (-1, 21)),
    "rate_share": (AskSettings, (0, -0.5, 1.1, nan)),
    "max_error_rate": (AskSettings, (-0.1, 50, nan)),
    "max_wait_s": (AskSettings, (-1, nan)),
    "max_outage_s": (AskSettings, (-0.1, nan)),
    "grace_s": (AskSettings, (-8.0,)),
    "wait_for_key_s": (AskSettings, (-1,)),
    "daily_cap": (partial(make_key, KEY, SESSION), (0, 1, -5)),
    "timeout_s": (partial(make_key, KEY, SESSION), (0, -30, nan)),
    "limit": (ListSettings, (-1,)),
    "enough": (ListSettings, (0, -1)),
    "header_row": (ReadOptions, (-1, -2)),
    "registered_s": (MaxAge, (-1, nan)),
    "unknown_s": (MaxAge, (-1,)),
    "per_min": (partial(Rate, RateMode.FIXED), (None, 0, -60, nan, 1e9)),
    "max_invalid": (FileTargets, (-0.1, 5, nan)),
    "rate_per_min": (partial(validator.plan_file, "leads.csv"), (0, -60.0, nan)),
    "rows": (partial(validator.preview_file, "leads.csv"), (-1,)),
    "size": (partial(validator.sample_file, "leads.csv"), (0, -300)),
}


@pytest.mark.parametrize(
    ("name", "make", "value"),
    [(name, make, value) for name, (make, values) in OUT_OF_RANGE.items() for value in values],
)
def test_a_number_out_of_its_range_is_named_with_the_range(name, make, value):
    with pytest.raises(UsageError, match=rf"^{name} is {re.escape(str(value))}; ") as wrong:
        make(**{name: value})

    assert re.search(r"above 0|or more| from \d", str(wrong.value))


def test_a_pace_that_is_not_fixed_has_no_number():
    with pytest.raises(UsageError, match="per_min is 60; only a fixed rate has one"):
        Rate(RateMode.AUTO, 60)


@pytest.mark.parametrize(
    "make",
    [
        lambda key, path: RunOptions(keys=key, ledger=str(path)),
        lambda key, path: RunOptions(keys=[key], ledger=path, suppress="opt.csv"),
        lambda key, path: RunOptions(keys=(key,), ledger=path, suppress=Path("opt.csv")),
        lambda key, path: RunOptions(keys=[key], ledger=path, settings=ListSettings(column="phone")),
        lambda key, path: RunOptions(
            keys=[make_key(KEY, SESSION, base_url=key.options.base_url, rate="6000/min")], ledger=path
        ),
        lambda key, path: RunOptions(keys=[KeySettings(options=key.options, sessions=SESSION)], ledger=path),
    ],
    ids=["a text as a path", "one opt-out list", "one path", "one column", "a rate's text", "one session"],
)
def test_what_is_unambiguous_is_taken(provider, tmp_path, folder, make):
    (folder / "opt.csv").write_text("phone\n+447400123499\n")

    checked = validator.check_frame(LEADS, options=make(provider[1], tmp_path / "ledger.sqlite"))

    assert checked["verdict"].to_list()[0] in {"registered", "not_registered"}


def test_integers_are_read_as_their_digits_and_none_as_a_missing_cell(provider, tmp_path):
    options = RunOptions(keys=[provider[1]], ledger=tmp_path / "ledger.sqlite")

    checked = validator.check_numbers([447400123456, None, PHONE], options=options)

    assert checked["e164"].to_list() == [PHONE, None, PHONE]


def test_an_integer_may_name_a_session():
    assert make_key(KEY, 42).sessions == ("42",)


def test_a_frame_of_another_kind_is_named_with_its_package_and_the_remedy():
    with pytest.raises(UsageError, match=r"frame is of type polars\.LazyFrame; .*`collect`"):
        validator.check_frame(LEADS.lazy(), options=OPTIONS)
