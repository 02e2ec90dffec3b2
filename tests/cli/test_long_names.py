"""Names that are too long are found before the first request, whichever file has them."""

import pytest


@pytest.mark.parametrize("option", ["--output", "--sendable", "--report", "--summary", "--ledger"])
@pytest.mark.parametrize("length", [256, 300])
def test_a_name_too_long_costs_no_request(provider, check, option, length):
    app = provider()

    done = check(option, "x" * length)

    assert (done.code, app.log.requests) == (3, 0)
    assert "is too long" in done.said[0]
    assert "choose a shorter one" in done.said[0]


@pytest.mark.parametrize("length", [248, 251, 255])
def test_so_does_a_ledger_whose_companions_have_no_name(provider, check, length):
    app = provider()

    done = check("--ledger", "x" * length)

    assert (done.code, app.log.requests) == (3, 0)
    assert "choose a shorter one with --ledger" in done.said[0]


def test_a_list_whose_output_has_too_long_a_name_costs_no_request_and_one_named_does(provider, check):
    app = provider()
    name = "x" * 247 + ".csv"

    assert check(name=name).code == 3
    assert app.log.requests == 0
    assert check("-o", "short.csv", name=name).code == 0


def test_names_as_long_as_the_disk_takes_are_written(check):
    assert check("-o", "x" * 255, "--ledger", "y" * 247).code == 0
