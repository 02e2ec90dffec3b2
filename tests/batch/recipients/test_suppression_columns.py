"""The columns of suppression lists: all with numbers count, and what says the country of a row."""

import polars as pl
import pytest

from validator.errors import FileError

ANN, BOB = 447400123456, 447400123457


@pytest.mark.parametrize(
    "content",
    [
        "Tel,H/P\n020 7946 0001,07400 123456\n020 7946 0002,07400 123457\n",
        "From,To,Body\n+447400123456,020 7946 0001,STOP\n+447400123457,020 7946 0001,Stop\n",
        "Phone,Alternate\n07400 123456,07400 123457\n07400 123456,n/a\n",
        "Phone,Other\n07400 123456,see notes\n07400 123456,07400 123457\n07400 123456,-\n",
        "Phone,Mobile\n07400 123456,-\n07400 123456,-\n07400 123456,07400 123457\n",
        "Customer,Phone,old\n1001,07400 123456,07400 123457\n1002,07400 123456,\n",
    ],
)
def test_a_column_of_numbers_counts_beside_one_that_says_phone(suppressed, content):
    landlines = {442079460001, 442079460002}
    assert set(suppressed(content, region="GB")) - landlines == {ANN, BOB}


@pytest.mark.parametrize("flags", [("1", "0"), ("yes", "no"), ("2025-11-03", "2025-11-04 10:00"), ("12", "")])
def test_a_column_of_flags_or_dates_that_says_phone_has_no_people(suppressed, flags):
    first, second = flags
    content = f"name,phone,whatsapp,sms\nAnn,+{ANN},{first},{second}\nBob,+{BOB},{second},{first}\n"
    assert suppressed(content) == [ANN, BOB]


def test_a_nested_column_of_phones_has_to_be_named(suppressed, tmp_path):
    pl.DataFrame({"phone": [f"+{ANN}"], "phones": [[f"+{BOB}"]]}).write_parquet(tmp_path / "a.parquet")
    content = (tmp_path / "a.parquet").read_bytes()
    with pytest.raises(
        FileError, match=r"column 'phones' of .* holds lists\. Choose --suppress-column phones\.0"
    ):
        suppressed(content, name="stop.parquet")
    both = ("phone", "phones.0")
    assert suppressed(content, name="stop.parquet", suppress_column=both) == [ANN, BOB]


@pytest.mark.parametrize(
    ("content", "region", "number"),
    [
        ("Country code,Phone\n91,9876543210\n", "GB", 919876543210),
        ("Phone,Country\n0612345678,Morocco\n0612345679,\n", "FR", 212612345678),
        ("phone,land\n07400 123456,UK\n0171 5550101,Deutschland\n", "GB", 491715550101),
    ],
)
def test_a_row_that_says_its_country_is_not_in_the_region_of_the_run_alone(
    suppressed, content, region, number
):
    assert number in suppressed(content, region=region)


def test_a_row_counts_in_the_region_of_the_run_whatever_its_country_says(suppressed):
    assert ANN in suppressed("phone,country\n07400 123456,Germany\n", region="GB")
