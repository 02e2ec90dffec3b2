"""`--price`: what checks cost, from the option to the line of JSON."""

from pathlib import Path

import pytest

from tests.support.cli.constants import ANN, BOB
from validator import ListSettings
from validator.errors import UsageError
from validator.settings import parse_price

LEADS = f"phone\n{ANN}\n{BOB}\n"


def test_a_check_says_what_it_has_cost(check):
    Path("validator.toml").write_text("price = 0.002\n")

    done = check("--json", "--no-canaries", content=LEADS)

    assert (done.json["calls"]["answers"], done.json["price"], done.json["cost"]) == (2, "0.002", "0.004")
    assert "0.004 at 0.002 a check" in done.err


def test_a_price_that_is_none_names_what_to_write(check):
    done = check("--price", "0,002 EUR", content=LEADS)

    (said,) = done.said
    assert (done.code, said.split(";")[0]) == (2, "validator: --price: price '0,002 EUR' is not understood")
    assert said.endswith("for instance 0.002")


@pytest.mark.parametrize("text", ["-1", "-0", "nan", "inf", "1e7", "0.0000000000001", ""])
def test_only_amounts_are_prices(text):
    with pytest.raises(UsageError, match="price"):
        parse_price(text)


@pytest.mark.parametrize("price", ["0.002", 0.002, "2e-3"])
def test_the_library_takes_a_price_as_text_or_number(price):
    assert str(ListSettings(price=price).price) == "0.002"
