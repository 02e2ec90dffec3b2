"""The namespace `phone` of polars expressions."""

import polars as pl
import pytest

from validator.errors import UsageError
from validator.phone import Accept, normalise

LEADS = pl.DataFrame(
    {
        "mobile": ["07400 123456", "x", None, "+34612345678", "07700 900123"],
        "land": ["gb", "US", None, "+44", "GB"],
    }
)


@pytest.mark.parametrize("engine", ["in-memory", "streaming"])
def test_each_column_can_be_had_for_one_region(engine):
    mobile = pl.col("mobile").phone
    query = LEADS.lazy().select(
        e164=mobile.e164(region="GB"),
        reason=mobile.reason(region="GB"),
        line_type=mobile.line_type(region="GB"),
        country=mobile.country(region="GB"),
    )
    found = query.collect(engine=engine)
    assert found.schema == query.collect_schema()
    assert found["e164"].to_list() == ["+447400123456", None, None, "+34612345678", None]
    assert found.drop("e164").equals(
        normalise(LEADS["mobile"], "GB").select("reason", "line_type", "country")
    )


def test_the_region_may_be_a_column():
    found = LEADS.select(pl.col("mobile").phone.reason(region=pl.col("land")))
    assert found.to_series().equals(normalise(LEADS["mobile"], LEADS["land"])["reason"].alias("mobile"))


def test_there_may_be_no_region():
    assert LEADS.select(pl.col("mobile").phone.reason())["mobile"][0] == "no_country"


def test_possible_numbers_count_when_asked_for():
    e164 = pl.col("mobile").phone.e164(region="GB", accept=Accept.POSSIBLE)
    assert LEADS.select(e164)["mobile"][-1] == "+447700900123"


def test_results_keep_the_name_of_the_column():
    mobile = pl.col("mobile").phone
    for expression in (mobile.e164(), mobile.reason(), mobile.line_type(), mobile.country()):
        assert LEADS.head(1).select(expression).columns == ["mobile"]
        assert LEADS.clear().select(expression).columns == ["mobile"]


def test_an_unknown_region_is_refused_where_it_is_written():
    with pytest.raises(UsageError, match="'XX' is not known"):
        pl.col("mobile").phone.e164(region="XX")


@pytest.mark.slow
def test_a_query_of_a_million_cells_goes_by_batches():
    cells = pl.LazyFrame({"mobile": ["07400 123456", "x"]}).select(
        pl.col("mobile").repeat_by(500_000).explode()
    )
    counted = cells.select(pl.col("mobile").phone.e164(region="GB").is_not_null().sum())
    assert counted.collect(engine="streaming").item() == 500_000
