"""Any cells in any dialect: what is read is what was written, and both ways of reading agree."""

import polars as pl
import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from tests.support.forms import amount
from validator.tables import open_table, writing
from validator.tables.delimited.encoding import _LOOK_BYTES, find_encoding
from validator.tables.delimited.lines import plainness, split_records
from validator.tables.delimited.records import Malformed, Syntax, records, whole_records

HEADER = ["id", "name", "phone"]
CELL = st.none() | st.text(st.sampled_from("a0+ ,;\t|\"'\n\ré"), max_size=5)
ROWS = st.lists(st.tuples(CELL, CELL, CELL), max_size=6)
QUICK = settings(
    max_examples=amount(50, 150),
    suppress_health_check=[*settings().suppress_health_check, HealthCheck.function_scoped_fixture],
)  # tmp_path: every example writes its files anew
PIECE = st.sampled_from(
    ["", "a", " ", '""', '"a"', '"a""b"', '"\n"', '"\r' + '\n,"', '"', 'a"b', '"a"b', "a\rb", "é"]
)
STRUCTURE = st.text(st.sampled_from('ab,"\n\r;'), max_size=16).map(str.encode)


def spelled(cell: str | None, delimiter: str, quote: str, *, always: bool) -> str:
    if cell is None:
        return ""
    if always or not cell or set(cell) & {delimiter, quote, "\n", "\r"}:
        return quote + cell.replace(quote, quote * 2) + quote
    return cell


@pytest.mark.slow
@QUICK
@given(
    rows=ROWS,
    delimiter=st.sampled_from(",;\t|"),
    line_end=st.sampled_from(["\n", "\r\n", "\r"]),
    codec=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
    always=st.booleans(),
    ended=st.booleans(),
    times=st.sampled_from([1, 200]),  # a few rows are read in another way than many
)
def test_cells_are_read_as_written_and_written_as_read(
    tmp_path, *, rows, delimiter, line_end, codec, always, ended, times
):
    rows = rows * times
    lines = [HEADER, *([spelled(cell, delimiter, '"', always=always) for cell in row] for row in rows)]
    text = line_end.join(delimiter.join(line) for line in lines) + (line_end if ended else "")
    (tmp_path / "in.csv").write_bytes(text.encode(codec))
    assert_round_trip(tmp_path, HEADER, rows)
    if ended and not always:
        assert (tmp_path / "out.csv").read_bytes() == (tmp_path / "in.csv").read_bytes()


@pytest.mark.slow
@QUICK
@given(cells=st.lists(CELL, min_size=1, max_size=8), times=st.sampled_from([1, 1000]))
def test_a_list_of_one_column_is_read_as_written(tmp_path, cells, times):
    cells = cells * times
    quoted = [spelled(cell, ",", '"', always=True) for cell in cells]
    (tmp_path / "in.csv").write_bytes("".join(f"{line}\n" for line in ["phone", *quoted]).encode())
    assert_round_trip(tmp_path, ["phone"], [(cell,) for cell in cells])


def assert_round_trip(folder, header, rows):
    expected = pl.DataFrame(rows, schema=dict.fromkeys(header, pl.String), orient="row")
    table = open_table(folder / "in.csv")
    assert pl.concat([expected.clear(), *table.batches()]).equals(expected)
    with writing(folder / "out.csv", schema=table.schema, like=table) as writer:
        for batch in table.batches():
            writer.write(batch)
    again = open_table(folder / "out.csv")
    assert pl.concat([expected.clear(), *again.batches()]).equals(expected)


@pytest.mark.slow
@settings(max_examples=amount(200, 600))
@given(
    records_spelled=st.lists(st.lists(PIECE, min_size=1, max_size=3), min_size=1, max_size=5),
    line_end=st.sampled_from(["\n", "\r\n", "\r"]),
    ended=st.booleans(),
)
@example(records_spelled=[['"a"'], [""], [""]], line_end="\n", ended=True)
@example(records_spelled=[["a", "b", "c"], ["a"]], line_end="\n", ended=True)
@example(records_spelled=[["a"], ["a", "b", "c"]], line_end="\r\n", ended=False)
@example(records_spelled=[["", ""], [""], [""]], line_end="\n", ended=False)
def test_text_called_plain_is_read_by_polars_as_by_the_exact_reader(records_spelled, line_end, ended):
    text = (line_end.join(",".join(cells) for cells in records_spelled) + line_end * ended).encode()
    for width in (1, 2, 3):
        check_both_readings(text, Syntax(b",", b'"', line_end[-1].encode()), width)


def check_both_readings(text, syntax, width):
    _, plain = plainness(text, syntax, width, final=True)
    if plain is None:
        return
    fast = pl.read_csv(
        text,
        has_header=False,
        schema={f"c{n}": pl.String for n in range(width)},
        eol_char=syntax.line_end.decode(),
    )
    assert fast.rows() == cells(text, syntax)
    # Nothing is a record of one empty cell only where a line end stands behind it.
    alone = [
        cells(record.encode() + syntax.line_end, syntax) for record in split_records(text, syntax, plain)
    ]
    assert [row for [row] in alone] == fast.rows()


def cells(text, syntax):
    return [
        tuple(cell if cell is None else cell.decode() for cell in record.cells)
        for record in records(text, syntax, final=True)
    ]


@pytest.mark.slow
@settings(max_examples=amount(200, 500))
@given(text=STRUCTURE, cut=st.integers(0, 16))
def test_records_do_not_depend_on_where_the_text_was_cut(text, cut):
    syntax = Syntax(b",", b'"', b"\n")
    whole = attempt(text, syntax)
    assume(whole is not None)
    before = list(records(text[:cut], syntax, final=False))
    used = before[-1].end if before else 0
    after = attempt(text[used:], syntax)
    assert [r.cells for r in [*before, *after]] == [r.cells for r in whole]


@given(text=STRUCTURE)
def test_whole_records_end_with_a_line_outside_quotes(text):
    syntax = Syntax(b",", b'"', b"\n")
    end = whole_records(text, syntax)
    assert end == 0 or text[end - 1 : end] == b"\n"
    assert text.count(b'"', 0, end) % 2 == 0
    for width in (1, 2, 3):
        assert plainness(text, syntax, width, final=False)[0] == end


@pytest.mark.parametrize("text", [b'"a"b\n', b'"a\n', b"a\rb\n"])
def test_what_is_no_csv_is_never_called_plain(text):
    assert plainness(text, Syntax(b",", b'"', b"\n"), 1, final=True) == (len(text), None)


def attempt(text, syntax):
    try:
        return list(records(text, syntax, final=True))
    except Malformed:
        return None


@given(
    before=st.integers(_LOOK_BYTES - 4, _LOOK_BYTES),
    pieces=st.lists(st.sampled_from(["a", "é", "€", "\n", "😀"]), min_size=3, max_size=8),
    cut=st.booleans(),
)
def test_a_letter_over_the_edge_of_a_look_is_read_whole_and_half_a_letter_is_not_utf8(
    tmp_path_factory, before, pieces, cut
):
    text = "".join(pieces).encode()
    body = text[: len(text) // 2] + b"a" * cut + text[len(text) // 2 :]
    path = tmp_path_factory.mktemp("edge") / "list.csv"
    path.write_bytes(b"x" * before + body)

    try:
        body.decode()
    except UnicodeDecodeError:
        assert find_encoding(path).codec != "utf-8"
    else:
        assert find_encoding(path).codec == "utf-8"
