"""Hints about a list that may be read otherwise than it is meant."""

import pytest

from validator.batch.library_options import RunOptions
from validator.batch.preview import preview_of
from validator.batch.recipients.job import ListSettings


@pytest.fixture
def warnings(tmp_path):
    """The warnings of a plan of a list."""

    def plan(text, **settings):
        (tmp_path / "leads.csv").write_text(text, encoding="utf-8")
        options = RunOptions(settings=ListSettings(**settings), ledger=tmp_path / "ledger.sqlite")
        return preview_of(tmp_path / "leads.csv", options, None, rows=0).plan.warnings

    return plan


ORDERS = "Country,Phone\nIndia,9876543210\nUSA,2025550123\n,9876543211\n"


def test_a_country_beside_a_national_number_that_is_not_the_region_is_said(warnings):
    [warning] = warnings(ORDERS, region="IN")
    assert warning.startswith("Of the rows looked at, 1 row has a national number beside another country")
    assert warning.endswith(
        "than --region IN. To read each row in its own country, name --region-column 'Country'"
    )
    assert warnings(ORDERS, region="IN", region_column="Country") == ()


@pytest.mark.parametrize(
    "text",
    [
        "Country,Phone\nIndia,9876543210\nUSA,+1 202-555-0123\n",
        "Country,Phone\nIndia,9876543210\nIN,9876543211\n",
        "Nationality,Phone\nIndia,9876543210\nUSA,9876543211\n",
        "Name,Phone\nAnn,9876543210\n",
    ],
)
def test_nothing_is_said_of_countries_that_do_not_matter(warnings, text):
    assert warnings(text, region="IN") == ()


@pytest.mark.parametrize(
    ("header", "remedy"),
    [
        (
            "phone_country,phone,plan",
            "Column 'phone_country' says the country of each row: name --region auto",
        ),
        ("home_country,phone,work_country", "--region-column 'home_country' or 'work_country'"),
    ],
)
def test_a_column_of_countries_is_the_remedy_for_national_numbers(warnings, header, remedy):
    rows = ("FR,06 12 34 56 78,DE", "FR,06 12 34 56 79,FR", "DE,+491715550101,FR", "DE,+491715550102,DE")
    [hint] = warnings("\n".join((header, *rows, "")))
    assert remedy in hint
