"""Whom suppression lists name, however they are written."""

import gzip
import logging

import polars as pl
import pytest

from validator.batch.recipients.job import Job
from validator.batch.recipients.suppression import suppressed_in
from validator.errors import FileError
from validator.tables import Ragged, ReadOptions

ANN, BOB = 447400123456, 447400123457


@pytest.fixture
def suppressed(tmp_path):
    """The numbers that lists name; each a text in a CSV file, or the bytes of a file of that name."""

    def read(*lists, name="stop.csv", **options):
        paths = []
        for place, content in enumerate(lists):
            paths.append(tmp_path / f"{place}{name}")
            paths[-1].write_bytes(content.encode() if isinstance(content, str) else content)
        job = Job(input=tmp_path / "x.csv", output=tmp_path / "y.csv", suppress=tuple(paths), **options)
        return sorted(suppressed_in(job))

    return read


@pytest.mark.parametrize(
    "content",
    [
        f"phone\n+{ANN}\n",
        f"+{ANN}\n",
        f"{ANN}@s.whatsapp.net\n",
        f"\ufeff+{ANN}\r\n\r\n",
        f"name;opted out;Handynummer\nAnn;yes;{ANN}\n",
        f"id,name\n1,+{ANN}\n",
    ],
)
def test_a_list_may_have_a_header_or_none(suppressed, content):
    assert suppressed(content) == [ANN]


def test_a_list_of_national_numbers_needs_the_region(suppressed):
    assert suppressed("07400 123456\n", region="GB") == [ANN]
    assert suppressed("phone\n07400 123456\n07400 123457\n", region="GB") == [ANN, BOB]


def test_any_format_and_any_number_of_lists_will_do(suppressed, tmp_path):
    assert suppressed(gzip.compress(f"phone\n+{ANN}\n".encode()), name="stop.csv.gz") == [ANN]
    pl.DataFrame({"msisdn": [ANN]}).write_parquet(tmp_path / "a.parquet")
    assert suppressed((tmp_path / "a.parquet").read_bytes(), name="stop.parquet") == [ANN]
    assert suppressed(f"phone\n+{ANN}\n", f"tel\n+{BOB}\n+{ANN}\n") == [ANN, BOB]


def test_every_phone_column_counts(suppressed):
    content = f"mobile,name,home phone\n+{ANN},Ann,+{BOB}\n"
    assert suppressed(content) == [ANN, BOB]
    assert suppressed(content, suppress_column=("home phone",)) == [BOB]


@pytest.mark.parametrize(
    "cell",
    [
        f"+{ANN} / +{BOB}",
        f"+{ANN}, +{BOB}",
        f"+{ANN};+{BOB}",
        f"+{ANN} +{BOB}",
        f"+{ANN} or +{BOB}",
        "07400 123456 / 07400 123457",
        "07400 123456 - 07400 123457",
        "07400 123456, 07400 123457",
        "07400 123456 und 07400 123457",
    ],
)
def test_two_numbers_in_a_cell_are_two_people(suppressed, cell):
    assert suppressed(f'name\tphone\nAnn\t"{cell}"\n', region="GB") == [ANN, BOB]


def test_a_column_may_be_named(suppressed):
    content = f"phone,alt\nn/a,+{ANN}\n"
    assert suppressed(content, suppress_column=("alt",)) == [ANN]
    with pytest.raises(
        FileError, match=r"column 'tel' not found in .*; columns are: phone, alt.*--suppress-col"
    ):
        suppressed(content, suppress_column=("tel",))


def test_each_rows_region_counts_where_the_list_tells_it(suppressed):
    content = "phone,country\n07400 123456,UK\n11 96123-4567,Brazil\n"
    both = [ANN, 551161234567, 5511961234567]
    assert suppressed(content, find_region=True) == both
    assert suppressed(content, region_column="country") == both
    assert suppressed(f"phone\n+{ANN}\n", find_region=True) == [ANN]
    assert suppressed(f"phone\n+{ANN}\n", region_column="country") == [ANN]
    with pytest.raises(FileError, match=r"'country' and 'land' of .* hold countries"):
        suppressed("phone,country,land\n+447400123456,GB,DE\n", find_region=True)


def test_a_list_without_rows_suppresses_nobody_and_says_so(suppressed, caplog):
    with caplog.at_level(logging.WARNING):
        assert suppressed("phone\n") == []
    assert "has no rows and suppresses nobody" in caplog.text


@pytest.mark.parametrize("content", ["", "\n\n", "\ufeff"])
def test_a_file_with_nothing_in_it_is_an_error(suppressed, content):
    with pytest.raises(FileError):
        suppressed(content)


@pytest.mark.parametrize("content", ["phone\nn/a\nask Ann\n", "phone\n07400 123456\n", "phone\n4.47E+11\n"])
def test_a_list_without_any_number_is_an_error_and_not_a_list_of_nobody(suppressed, content):
    with pytest.raises(
        FileError, match=r"no cell of column 'phone' of .* is a number.*--suppress-column.*--region"
    ):
        suppressed(content)


def test_rows_of_another_width_are_kept_where_the_lists_own_are(suppressed):
    content = f"name,phone\nAnn,+{ANN},x\n+{BOB}\nBob,+{BOB}\n"
    assert suppressed(content, options=ReadOptions(ragged=Ragged.KEEP)) == [ANN, BOB]
    with pytest.raises(FileError, match="line 2"):
        suppressed(content)


def test_cells_that_are_no_numbers_are_counted_aloud(suppressed, caplog):
    with caplog.at_level(logging.WARNING):
        assert suppressed(f"phone\n+{ANN}\nx\n\n+{BOB}\nn/a\n") == [ANN, BOB]
    assert "rows of" in caplog.text
    assert f"{ANN}" not in caplog.text


def test_numbers_that_no_plan_holds_yet_are_suppressed_too(suppressed):
    assert suppressed("phone\n+447700900123\n") == [447700900123]
