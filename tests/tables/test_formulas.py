"""Cells that a spreadsheet would take for formulas: as they were, or harmless where that is asked for."""

import polars as pl
import pytest

from validator.tables import defused, open_table, writing

FORMULAS = [
    "=1+1",
    '=HYPERLINK("http://example.org/?x="&A1,"click")',
    "=cmd|' /C calc'!A0",
    "+1+cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    " =1+1",
    "\u00a0=1+1",
    "\uff1d1+1",
    "\uff0b1\uff0b1",
    "+44-7400-123456",
    "-A1",
    "=",
    "\t",
]  # fmt: skip
HARMLESS = [
    "+447400123456",
    "+44 7400 123456",
    "+44 (0)20 7946 0018",
    "-1.5",
    "-1,5",
    "007",
    "+",
    "Ann",
    "a=1",
    "'=1+1",
    "447400123456@s.whatsapp.net",
    "",
    "2026-01-02",
]


@pytest.mark.parametrize("text", FORMULAS)
def test_what_a_spreadsheet_would_compute_gets_an_apostrophe(text):
    assert pl.select(defused(pl.lit(text))).item() == "'" + text


@pytest.mark.parametrize("text", HARMLESS)
def test_numbers_and_other_text_stay(text):
    assert pl.select(defused(pl.lit(text))).item() == text


@pytest.fixture
def output(listed, tmp_path):
    """Write a list back, in the form in which rows come for an output."""

    def write(content, *, name="out.csv", **options):
        table = open_table(listed(content))
        schema = pl.Schema({**table.schema, "verdict": pl.String()})
        with writing(tmp_path / name, schema=schema, like=table, **options) as writer:
            for batch in table.verbatim():
                writer.write(batch.with_columns(verdict=pl.lit("=x")))
        return tmp_path / name

    return write


CONTENT = 'phone,"=note"\n+447400123456,"=1+1"\n-A1,"a ""b"""\n'


def test_cells_come_back_as_they_were_unless_asked_otherwise(output):
    assert output(CONTENT).read_text() == (
        'phone,"=note",verdict\n+447400123456,"=1+1",=x\n-A1,"a ""b""",=x\n'
    )


def test_names_and_cells_are_made_harmless_where_that_is_asked_for(output):
    assert output(CONTENT, excel_safe=True).read_text() == (
        'phone,\'=note,verdict\n+447400123456,\'=1+1,\'=x\n\'-A1,"a ""b""",\'=x\n'
    )


def test_words_of_a_closed_set_are_text_too(tmp_path):
    frame = pl.DataFrame({"kind": pl.Series(["=1", "b"], dtype=pl.Categorical), "n": [-1, 2]})
    with writing(tmp_path / "out.csv", schema=frame.schema, like=None, excel_safe=True) as writer:
        writer.write(frame)
    assert (tmp_path / "out.csv").read_text() == "kind,n\n'=1,-1\nb,2\n"


@pytest.mark.parametrize("name", ["out.parquet", "out.ndjson", "out.arrow", "out.xlsx"])
def test_formats_in_which_text_is_never_a_formula_stay_exact(output, name):
    path = output(CONTENT, name=name, excel_safe=True)
    assert [row for batch in open_table(path).batches() for row in batch.rows()] == [
        ("+447400123456", "=1+1", "=x"),
        ("-A1", 'a "b"', "=x"),
    ]
