"""Lists of facts: what is understood of them, and what is an error that names its row."""

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.forms import amount
from validator.batch.transfer.exporting import COLUMNS, FACT, export
from validator.batch.transfer.importing import read_facts
from validator.errors import FileError
from validator.ledger import FactRow, open_ledger, read
from validator.model import Number, Outcome, Reason, SessionRef, Source, Verdict
from validator.tables import open_table, writing

NOW_MS = 1_760_000_000_000
DAY_MS = 86_400_000
FIRST = 447_700_900_000
AT = "2025-10-01T08:00:00Z"
AT_MS = 1_759_305_600_000


@pytest.fixture
def facts(tmp_path):
    """Read the facts of a list with these lines."""

    def read_lines(*lines, column="phone", region=None):
        path = tmp_path / "list.csv"
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        return read_facts(open_table(path), column=column, region=region, now_ms=NOW_MS)

    return read_lines


def outcomes_of(facts):
    return [one for part in facts.outcomes() for one in part]


def outcome(place, verdict, reason=None, **fields):
    given = {"source": Source.IMPORTED, "checked_at_ms": AT_MS, "attempts": 0} | fields
    return Outcome(number=Number(FIRST + place), verdict=verdict, reason=reason, **given)


NO = (Verdict.NOT_REGISTERED, Reason.NOT_ON_WHATSAPP)


def test_another_tools_list_needs_no_more_than_number_flag_and_time(facts):
    found = facts(
        "phone,is_whatsapp_user,checked_at",
        f"+447700900002,true,{AT}",
        f"+44 7700 900-001,No,{AT}",
        f"+447700900003,,{AT}",
    )

    assert outcomes_of(found) == [outcome(1, *NO), outcome(2, Verdict.REGISTERED)]
    assert found.skipped == 1


@pytest.mark.parametrize(
    ("flag", "verdict"),
    [("true", True), ("TRUE", True), ("yes", True), ("1", True), ("false", False), ("0", False)],
)
def test_a_flag_is_read_in_its_usual_spellings(facts, flag, verdict):
    [found] = outcomes_of(facts("phone,is_whatsapp_user,checked_at", f"+447700900001,{flag},{AT}"))

    assert found.verdict.is_whatsapp_user is verdict


def test_national_numbers_need_a_region(facts):
    lines = ("phone,is_whatsapp_user,checked_at", f"07700 900001,true,{AT}")

    assert outcomes_of(facts(*lines, region="GB")) == [outcome(1, Verdict.REGISTERED)]
    with pytest.raises(FileError, match=r"row 1 of .*its number cannot be read.*or use --region"):
        facts(*lines)


def test_every_column_of_an_export_is_taken_over(facts):
    found = facts(
        "phone,verdict,reason,source,checked_at,whatsapp_id,gateway,session,attempts,whatever",
        f"+447700900001,registered,,contacts,{AT},7@lid,sendapi,sess_a,3,x",
        f"+447700900002,not_registered,not_on_whatsapp_twice,api,{AT},,other,sess_b,2,x",
        f"+447700900003,unknown,timeout,api,{AT},8@lid,,sess_a,6,x",
        f"+447700900004,invalid,,,{AT},,sendapi,,,x",
    )

    assert outcomes_of(found) == [
        outcome(
            1,
            Verdict.REGISTERED,
            source=Source.CONTACTS,
            whatsapp_id="7@lid",
            gateway="sendapi",
            session="sess_a",
            attempts=3,
        ),
        outcome(
            2,
            Verdict.NOT_REGISTERED,
            Reason.NOT_ON_WHATSAPP_TWICE,
            source=Source.API,
            gateway="other",
            session="sess_b",
            attempts=2,
        ),
        outcome(3, Verdict.UNKNOWN, Reason.TIMEOUT, source=Source.API, session="sess_a", attempts=6),
        outcome(4, Verdict.INVALID, Reason.REJECTED_BY_PROVIDER),
    ]


def test_an_export_from_before_sessions_had_a_gateway_names_none(facts):
    [found] = outcomes_of(facts("phone,verdict,checked_at,session", f"+447700900001,registered,{AT},sess_a"))

    assert found.session_ref == SessionRef("", "sess_a")


def test_the_columns_of_an_export_are_the_fields_of_the_ledgers_rows():
    assert FACT.names() == list(FactRow._fields)


def test_rows_of_an_annotated_file_that_say_nothing_about_a_number_are_left_out(facts):
    found = facts(
        "phone,e164,verdict,reason,source,checked_at",
        "n/a,,invalid,not_a_number,offline,",
        "+447700900001,+447700900001,suppressed,suppression_list,offline,",
        "+447700900002,+447700900002,unknown,not_checked,,",
        f"+447700900003,+447700900003,registered,,api,{AT}",
        column="e164",
    )

    assert outcomes_of(found) == [outcome(3, Verdict.REGISTERED, source=Source.API)]
    assert found.skipped == 3


def test_a_verdict_about_another_spelling_is_that_spellings(facts):
    found = facts(
        "e164,verdict,checked_at,matched_number",
        f"+447700900001,registered,{AT},+447700900002",
        f"+447700900003,registered,{AT},",
        column="e164",
    )

    assert outcomes_of(found) == [outcome(2, Verdict.REGISTERED), outcome(3, Verdict.REGISTERED)]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("n/a,registered,,,,2025-10-01,", "its number cannot be read; write it with its country code"),
        (",registered,,,,2025-10-01,", "its number cannot be read"),
        (
            "+447700900002,perhaps,,,,2025-10-01,",
            "there is no verdict perhaps; there are registered, not_reg",
        ),
        ("+447700900002,,perhaps,,,2025-10-01,", "is_whatsapp_user is perhaps; write true or false"),
        (
            "+447700900002,registered,no,,,2025-10-01,",
            "is_whatsapp_user no contradicts the verdict registered",
        ),
        (
            "+447700900002,registered,,timeout,,2025-10-01,",
            "the reason timeout is unknown, or does not go with",
        ),
        ("+447700900002,unknown,,bored,,2025-10-01,", "the reason bored is unknown"),
        ("+447700900002,unknown,,,,2025-10-01,", "has no reason; name one, such as timeout"),
        ("+447700900002,registered,,,hearsay,2025-10-01,", "there is no source hearsay; there are api"),
        ("+447700900002,registered,,,,,", "it has no checked_at; write the time of the check"),
        ("+447700900002,registered,,,,soon,", "checked_at soon is no time; write for instance 2026"),
        (
            "+447700900002,registered,,,,2525-10-01,",
            "checked_at 2525-10-01 lies in the future or before 1970",
        ),
        (
            "+447700900002,registered,,,,1925-10-01,",
            "checked_at 1925-10-01 lies in the future or before 1970",
        ),
        ("+447700900002,registered,,,,2025-10-01,many", "attempts is many; write a whole number"),
        ("+447700900002,registered,,,,2025-10-01,-1", "attempts is -1; write a whole number"),
    ],
)
def test_the_first_bad_row_is_named_with_what_to_do_and_without_the_number(facts, row, words):
    with pytest.raises(FileError) as caught:
        facts(
            "phone,verdict,is_whatsapp_user,reason,source,checked_at,attempts",
            f"+447700900001,registered,,,,{AT},1",
            row,
            "also bad,,,,,,",
        )

    message = str(caught.value)
    assert message.startswith("row 2 of ")
    assert words in message
    assert message.endswith("Nothing was imported")
    assert "900002" not in message


def test_a_day_ahead_is_still_believed(facts):
    at_ms = NOW_MS + DAY_MS
    [found] = outcomes_of(facts("phone,is_whatsapp_user,checked_at", f"+447700900001,1,{at_ms}"))

    assert found.checked_at_ms == at_ms


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("phone,verdict", "no column checked_at; columns are: phone, verdict"),
        ("phone,checked_at", "no column verdict or is_whatsapp_user; columns are: phone, checked_at"),
        ("phone,x", "no column checked_at and no column verdict or is_whatsapp_user"),
    ],
)
def test_a_missing_column_is_named(facts, header, words):
    with pytest.raises(FileError, match=words):
        facts(header, "+447700900001,x")


class Cells:
    """A list that is already in memory."""

    path = Path("list.parquet")

    def __init__(self, frame):
        self.frame, self.schema = frame, frame.schema

    def batches(self):
        yield self.frame


@pytest.mark.parametrize("name", ["phone", "verdict", "checked_at", "session", "whatsapp_id"])
@pytest.mark.parametrize("value", [["a"], {"a": 1}, b"a"])
def test_a_column_of_lists_or_bytes_is_named(name, value):
    cells = {"phone": "+447700900001", "verdict": "registered", "checked_at": AT} | {name: value}

    with pytest.raises(FileError, match=f"column '{name}' of list.parquet holds"):
        read_facts(Cells(pl.DataFrame([cells])), column="phone", region=None, now_ms=NOW_MS)


WORDS = [
    *Verdict,
    *Reason,
    *Source,
    "true",
    "no",
    AT,
    "2025-10-01",
    "1760000000",
    "+447700900001",
    "-1",
    "9" * 30,
]
ANY_CELL = st.none() | st.sampled_from([str(word) for word in WORDS]) | st.text(max_size=12)


GOOD = {"phone": "+447700900001", "matched_number": None, "verdict": "registered", "checked_at": AT}
ROWS = st.fixed_dictionaries(
    {name: st.just(GOOD.get(name)) | ANY_CELL for name in ("phone", "matched_number", *COLUMNS)}
)


@pytest.mark.slow
@settings(max_examples=amount(20, 60))
@given(rows=st.lists(ROWS, max_size=3))
def test_any_cell_is_understood_or_named(rows):
    schema = dict.fromkeys(("phone", "matched_number", *COLUMNS), pl.String)
    table = Cells(pl.DataFrame(rows, schema=schema))

    try:
        facts = read_facts(table, column="phone", region=None, now_ms=NOW_MS)
    except FileError as error:
        assert str(error).startswith("row ")  # noqa: PT017 - either of two outcomes is right
    else:
        assert len(outcomes_of(facts)) + facts.skipped == len(rows)


@pytest.mark.parametrize("kind", [pl.Categorical, pl.Enum(["registered"])])
def test_words_may_be_of_any_kind_of_text(kind):
    frame = pl.DataFrame({"phone": ["+447700900001"], "verdict": ["registered"], "checked_at": [NOW_MS]})
    found = read_facts(Cells(frame.cast({"verdict": kind})), column="phone", region=None, now_ms=NOW_MS)

    assert outcomes_of(found) == [outcome(1, Verdict.REGISTERED, checked_at_ms=NOW_MS)]


@pytest.mark.parametrize("name", ["facts.parquet", "facts.csv", "facts.ndjson", "facts.csv.gz"])
def test_all_facts_of_a_ledger_go_round_through_a_file(tmp_path, name):
    told = [
        outcome(1, Verdict.REGISTERED, whatsapp_id="447700900001@s.whatsapp.net", source=Source.API),
        outcome(2, Verdict.REGISTERED, whatsapp_id=' odd,"id"', source=Source.CONTACTS),
        outcome(
            3,
            *NO,
            source=Source.API,
            gateway="sendapi",
            session="sess_a",
            attempts=3,
            checked_at_ms=AT_MS + 1,
        ),
        outcome(4, Verdict.INVALID, Reason.REJECTED_BY_PROVIDER, source=Source.IMPORTED),
        outcome(3, Verdict.UNKNOWN, Reason.TIMEOUT, source=Source.API, checked_at_ms=AT_MS + 999),
        outcome(5, Verdict.UNKNOWN, Reason.NOT_CONFIRMED, source=Source.API, gateway="x", session="sess_b"),
    ]
    path, file = tmp_path / "here" / "ledger.sqlite", tmp_path / name
    with open_ledger(path, holder="pytest") as ledger:
        for one in told:
            ledger.record(one)
    with read(path) as reader, writing(file, schema=COLUMNS, like=None) as writer:
        assert export(reader, writer) == len(told)
        held = [row for rows in reader.facts() for row in rows]

    facts = read_facts(open_table(file), column="e164", region=None, now_ms=NOW_MS)
    with open_ledger(tmp_path / "there" / "ledger.sqlite", holder="pytest") as ledger:
        assert ledger.merge(facts.outcomes()) == len(told)
        assert ledger.merge(facts.outcomes()) == 0
        assert [row for rows in ledger.facts() for row in rows] == held
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_ledger_that_knows_nothing_goes_round_too(tmp_path):
    file = tmp_path / "facts.parquet"
    with read(tmp_path / "none.sqlite") as reader, writing(file, schema=COLUMNS, like=None) as writer:
        assert export(reader, writer) == 0

    assert pl.read_parquet(file).schema == COLUMNS
