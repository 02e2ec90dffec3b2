from datetime import UTC, datetime
from io import BytesIO

import polars as pl
import pytest

from validator.batch.output.annotate import Counts, annotate, count, decide_verdicts, find
from validator.batch.verdict_columns import COLUMNS, output_schema
from validator.errors import UsageError
from validator.model import Source, Verdict
from validator.reports import CellExample
from validator.tables import open_table, writing

ANN, BOB, CY, DEE = (447_700_900_020 + place for place in range(4))
LIST = f"""id,phone,note
1,+{ANN},"a, b"
2,+{BOB},
3,nonsense,x
4,+{CY},
5,+{ANN},again
6,+{DEE},
"""


@pytest.fixture
def known(knows, make_outcome):
    """Ann is on WhatsApp, Bob is not, Cy could not be found out, Dee was never asked about."""
    return knows(
        [
            make_outcome(ANN, whatsapp_id="123@lid", source=Source.CONTACTS),
            make_outcome(BOB, Verdict.NOT_REGISTERED),
            make_outcome(CY, Verdict.UNKNOWN),
        ],
        numbers=[ANN, BOB, CY, DEE],
    )


@pytest.fixture
def written(listed, recipients_in, known, tmp_path):
    """Annotate the list; return what came out: the annotated file, the sendable one, and the counts."""

    def write(*, prefix="", sendable=True, text=LIST, **reading):
        table, told = listed(text), []
        recipients = recipients_in(
            [row["phone"] for row in pl.read_csv(text.encode(), infer_schema=False).to_dicts()], **reading
        )
        paths = [tmp_path / "out.csv", tmp_path / "send.csv"]

        def opener(path):
            return lambda schema: writing(path, schema=schema, like=table)

        counted = annotate(
            table,
            table.verbatim,
            recipients,
            known,
            prefix=prefix,
            output=opener(paths[0]),
            segments={Verdict.REGISTERED: opener(paths[1])} if sendable else {},
            on_progress=told.append,
        )
        assert told == [counted.rows]
        return [path.read_text() if path.exists() else None for path in paths], counted

    return write


def test_the_output_is_the_input_and_seven_columns_in_this_order(written):
    (out, _), counted = written()

    at = "2027-01-15T08:00:00.000+00:00"
    assert out.splitlines() == [
        "id,phone,note,e164,verdict,is_whatsapp_user,whatsapp_id,reason,source,checked_at",
        f'1,+{ANN},"a, b",+{ANN},registered,true,123@lid,,contacts,{at}',
        f"2,+{BOB},,+{BOB},not_registered,false,,not_on_whatsapp,api,{at}",
        "3,nonsense,x,,invalid,,,not_a_number,offline,",
        f"4,+{CY},,+{CY},unknown,,,timeout,api,{at}",
        f"5,+{ANN},again,+{ANN},registered,true,123@lid,,contacts,{at}",
        f"6,+{DEE},,+{DEE},unknown,,,not_checked,,",
    ]
    assert counted.rows == 6
    assert counted.verdicts == {"registered": 2, "not_registered": 1, "invalid": 1, "unknown": 2}
    assert counted.reasons == {"not_on_whatsapp": 1, "not_a_number": 1, "timeout": 1, "not_checked": 1}
    assert counted.sources == {"contacts": 2, "api": 2, "offline": 1}
    assert counted.countries == {"GB": 5}


def test_the_added_columns_have_the_promised_types(recipients_in, known):
    found = find(recipients_in([f"+{ANN}", "nonsense"]), known)

    assert found.schema == COLUMNS
    assert found.schema["checked_at"] == pl.Datetime("ms", "UTC")
    assert found["checked_at"].to_list() == [datetime(2027, 1, 15, 8, tzinfo=UTC), None]


def test_the_sendable_file_has_each_registered_recipient_once_with_the_lists_own_columns(written):
    (_, send), counted = written()

    assert send.splitlines() == ["id,phone,note,e164,whatsapp_id", f'1,+{ANN},"a, b",+{ANN},123@lid']
    assert counted.segments == {"registered": 1}


def test_an_id_that_a_spreadsheet_would_take_for_a_formula_is_harmless(recipients_in, knows, make_outcome):
    formula = "=cmd|' /C calc'!A0"
    outcomes = [make_outcome(ANN, whatsapp_id=formula), make_outcome(BOB, whatsapp_id=f"+{BOB}")]

    found = find(recipients_in([f"+{ANN}", f"+{BOB}"]), knows(outcomes, numbers=[ANN, BOB]))

    assert found["whatsapp_id"].to_list() == ["'" + formula, f"+{BOB}"]


def test_no_sendable_file_is_written_unasked(written):
    (_, send), counted = written(sendable=False)

    assert (send, counted.segments) == (None, {})


def test_a_clash_of_columns_names_the_column_and_the_remedy(listed):
    table = listed("phone,verdict\n1,2\n")

    with pytest.raises(UsageError, match=r"leads.csv already has a column 'verdict'.* --prefix .* wa_"):
        output_schema(table, "")
    assert "wa_verdict" in output_schema(table, "wa_")


def test_a_prefix_renames_the_added_columns_of_both_files(written):
    (out, send), _ = written(prefix="wa_")

    assert out.splitlines()[0] == "id,phone,note," + ",".join(f"wa_{name}" for name in COLUMNS)
    assert send.splitlines()[0] == "id,phone,note,wa_e164,wa_whatsapp_id"


def test_suppressed_people_are_not_sent_to_whatever_is_known(listed, recipients_in, known):
    reason = pl.lit("suppression_list", known.frame.schema["reason"]).alias("reason")
    recipients = recipients_in([f"+{ANN}"]).with_columns(reason)

    assert find(recipients, known).rows() == [
        (f"+{ANN}", "suppressed", None, None, "suppression_list", "offline", None)
    ]


def test_a_landline_that_is_skipped_is_invalid_offline_with_its_number(recipients_in, known):
    recipients = recipients_in([f"+{ANN}"]).with_columns(
        pl.lit("landline", known.frame.schema["reason"]).alias("reason")
    )

    assert find(recipients, known).rows() == [(f"+{ANN}", "invalid", None, None, "landline", "offline", None)]


def test_typed_columns_keep_their_types(tmp_path, recipients_in, known):
    frame = pl.DataFrame(
        {"phone": [ANN, BOB], "since": [datetime(2020, 1, 1, tzinfo=UTC), None], "score": [0.5, None]}
    )
    frame.write_parquet(tmp_path / "in.parquet")
    table, out = open_table(tmp_path / "in.parquet"), tmp_path / "out.parquet"

    annotate(
        table,
        table.verbatim,
        recipients_in([f"+{ANN}", f"+{BOB}"]),
        known,
        prefix="",
        output=lambda schema: writing(out, schema=schema, like=table),
        segments={},
        on_progress=lambda _: None,
    )

    written = pl.read_parquet(out)
    assert written.schema == pl.Schema({**frame.schema, **COLUMNS})
    assert written.select(frame.columns).equals(frame)


def test_a_sendable_file_of_another_format_has_the_lists_cells(listed, recipients_in, known, tmp_path):
    table, sent = listed(LIST), tmp_path / "send.parquet"

    annotate(
        table,
        table.verbatim,
        recipients_in([f"+{ANN}", f"+{BOB}", "nonsense", f"+{CY}", f"+{ANN}", f"+{DEE}"]),
        known,
        prefix="",
        output=lambda schema: writing(tmp_path / "out.csv", schema=schema, like=table),
        segments={Verdict.REGISTERED: lambda schema: writing(sent, schema=schema, like=table)},
        on_progress=lambda _: None,
    )

    assert pl.read_parquet(sent).rows() == [("1", f"+{ANN}", "a, b", f"+{ANN}", "123@lid")]
    assert (tmp_path / "out.csv").read_text().splitlines()[1].startswith(f'1,+{ANN},"a, b",+{ANN},registered')


def test_counting_without_writing_counts_the_same(written, recipients_in, known):
    _, counted = written(sendable=False)
    recipients = recipients_in([f"+{ANN}", f"+{BOB}", "nonsense", f"+{CY}", f"+{ANN}", f"+{DEE}"])

    assert count(recipients, known) == counted


def test_it_writes_to_a_stream_too(listed, recipients_in, known):
    table, stream = listed(f"phone\n+{ANN}\n"), BytesIO()

    annotate(
        table,
        table.verbatim,
        recipients_in([f"+{ANN}"]),
        known,
        prefix="",
        output=lambda schema: writing(stream, schema=schema, like=table),
        segments={},
        on_progress=lambda _: None,
    )

    assert stream.getvalue().count(b"\n") == 2


@pytest.mark.parametrize("verdict", Verdict)
def test_every_verdict_has_a_word_for_whether_it_is_a_user(verdict):
    assert verdict.is_whatsapp_user is {"registered": True, "not_registered": False}.get(verdict.value)


def test_each_reason_has_its_first_rows_with_their_numbers_masked(written):
    _, counted = written()

    assert {reason: rows for reason, (*rows,) in counted.examples.items()} == {
        "not_on_whatsapp": [CellExample(row=2, cell="+4477******21")],
        "not_a_number": [CellExample(row=3, cell="")],
        "timeout": [CellExample(row=4, cell="+4477******22")],
        "not_checked": [CellExample(row=6, cell="+4477******23")],
    }


def test_examples_stay_few_over_many_batches(recipients_in, known):
    recipients, counted = recipients_in([f"+{BOB}", f"+{ANN}", f"+{BOB}"]), Counts()
    for _ in range(5):
        counted.add(decide_verdicts(recipients, known, known.indices_of(recipients["number"]), ()))

    assert [one.row for one in counted.examples["not_on_whatsapp"]] == [1, 3, 4, 6, 7]


def test_what_is_known_of_the_registered_rows_is_counted(written, now_ms):
    _, counted = written()

    assert (counted.registered_countries, counted.line_types) == ({"GB": 2}, {"unknown": 5})
    assert counted.oldest_yes_ms == now_ms
