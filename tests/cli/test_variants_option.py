"""`--variants` against the sandbox, which knows some accounts by their other spelling only."""

import pytest

from tests.support.cli.constants import ANN, BOB, PLAIN
from tests.support.cli.csv_rows import rows_of

# A Brazilian without the ninth digit, a Mexican with the 1 and without, an Argentine without the 9.
LIST = f"""name,phone
Ana,+55 11 6123-4567
Bia,5511961234567
Eva,+52 1 222 123 4567
Luz,+52 222 123 4567
Sol,+54 11 2345-6789
Ann,{ANN}
Bob,{BOB}
"""
BR, MX, AR = "+5511961234567", "+522221234567", "+541123456789"
BR_8, MX_1, AR_9 = "+551161234567", "+5212221234567", "+5491123456789"


@pytest.fixture
def variants(check):
    return lambda *options: check("--variants", *options, content=LIST)


def test_who_is_known_by_the_other_spelling_is_found(variants, provider):
    app = provider()

    done = variants("--sendable", "send.csv", "--json")

    rows = rows_of("leads.checked.csv")
    assert done.code == 0
    assert [row["e164"] for row in rows] == [BR, BR, MX, MX, AR, ANN, BOB]
    assert [row["matched_number"] for row in rows] == [BR_8, BR_8, MX_1, MX_1, AR_9, ANN, None]
    assert {row["verdict"] for row in rows[:6]} == {"registered"}
    assert rows[6]["verdict"] == "not_registered"
    assert [row["name"] for row in rows_of("send.csv")] == ["Ana", "Eva", "Sol", "Ann"]
    assert {app.log.calls(number) for number in (BR, BR_8, MX, MX_1, AR, AR_9, ANN, BOB)} == {1}
    assert (done.json["matched_by_variant"], done.json["asked"], done.json["calls"]["attempts"]) == (5, 8, 8)


def test_without_it_each_number_stands_for_itself_and_the_column_is_not_there(check, provider):
    app = provider()

    assert check(content=LIST).code == 0

    rows = rows_of("leads.checked.csv")
    assert "matched_number" not in rows[0]
    assert [row["verdict"] for row in rows] == ["not_registered"] * 5 + ["registered", "not_registered"]
    assert app.log.calls(BR_8) == app.log.calls(MX_1) == app.log.calls(AR_9) == 0


def test_a_later_run_with_it_asks_the_other_spellings_and_nobody_else(check, variants, provider):
    app = provider()
    check(content=LIST)
    before = app.log.requests

    done = variants("--json")

    assert (done.code, done.json["asked"], done.json["matched_by_variant"]) == (0, 3, 5)
    assert app.log.calls(BR) == app.log.calls(BR_8) == 1
    variants()
    assert app.log.requests == before + 1 + 3  # a look at the session, and the three


def test_a_limit_between_the_two_questions_leaves_rows_unknown_and_the_next_run_goes_on(variants, provider):
    app = provider()

    done = variants("--limit", "6", "--json")

    assert done.code == 5
    assert "--limit leaves 2 numbers unasked" in done.json["stopped_because"]
    reasons = [row["reason"] for row in rows_of("leads.checked.csv")]
    assert reasons.count("not_checked") >= 2
    assert variants().code == 0
    assert {app.log.calls(number) for number in (BR, BR_8, MX, MX_1, AR, AR_9)} == {1}


def test_a_report_counts_what_is_known_of_them(run, variants, provider):
    provider()
    variants()

    done = run("report", "leads.csv", "--variants", "--json", *PLAIN[:2])

    assert (done.json["matched_by_variant"], done.json["verdicts"]["registered"]) == (5, 6)


def test_an_account_that_both_spellings_in_a_list_lead_to_is_sent_to_once(check, provider):
    provider()

    check("--variants", "--sendable", "send.csv", content=f"phone\n{AR}\n{AR_9}\n{AR}\n")

    assert [row["matched_number"] for row in rows_of("leads.checked.csv")] == [AR_9] * 3
    assert [row["phone"] for row in rows_of("send.csv")] == [AR_9]


def test_the_plan_counts_them_at_most(run, listed, variants, provider):
    path = listed(LIST)

    before = run("plan", path, "--variants", "--json", "--rate", "60/min", *PLAIN[:2])

    assert (before.json["calls_to_make"], before.json["variant_calls_at_most"]) == (5, 3)
    assert before.json["time_at_most_s"] == pytest.approx(8 * 60.5 / 60)
    assert "at most 3 calls more" in before.err
    provider()
    variants()
    after = run("plan", path, "--variants", "--json", *PLAIN[:2])
    assert (after.json["calls_to_make"], after.json["variant_calls_at_most"]) == (0, 0)
    assert "at most" not in after.err


def test_confirming_confirms_the_noes_of_both_rounds(variants, provider):
    app = provider()

    done = variants("--confirm-negatives", "--json")

    assert done.code == 0
    assert [app.log.calls(number) for number in (BR, BR_8, BOB, ANN)] == [2, 1, 2, 1]
    assert done.json["calls"]["confirmations"] == 4


def test_lookup_has_it_too(run, provider, table):
    provider()

    done = run("lookup", "+52 1 222 123 4567", BOB, "--variants", *PLAIN)

    header, rows = table(done.out)
    assert done.code == 0
    assert [row[header.index("matched_number")] for row in rows] == [MX_1, ""]


def test_a_suppressed_person_is_asked_about_by_neither_spelling(variants, listed, provider):
    app = provider()
    listed("phone\n+54 9 11 2345-6789\n+55 11 6123-4567\n", "stop.csv")

    assert variants("--suppress", "stop.csv").code == 0

    verdicts = [row["verdict"] for row in rows_of("leads.checked.csv")]
    assert verdicts == ["suppressed", "suppressed", "registered", "registered", "suppressed", *verdicts[5:]]
    assert {app.log.calls(number) for number in (BR, BR_8, AR, AR_9)} == {0}


def test_the_kind_of_line_is_a_column_on_request(check):
    check("--line-type", content="phone\n+55 11 6123-4567\n+54 11 2345-6789\n+522221234567\nx\n")

    rows = rows_of("leads.checked.csv")
    assert [row["line_type"] for row in rows] == ["mobile", "fixed", "fixed_or_mobile", None]
    assert list(rows[0])[-1] == "line_type"


@pytest.mark.slow
def test_a_run_killed_between_the_two_questions_goes_on_with_the_second(spawn, listed, until, provider, run):
    path = listed(f"phone\n{BR}\n{MX}\n{AR}\n")
    first = provider("timeout@4")  # the fourth question, and those after it, are never answered
    process = spawn("check", path, "--variants", *PLAIN, "--rate", "none")
    until(lambda: first.log.checks == 6)
    process.kill()
    process.wait()

    second = provider()
    assert run("check", path, "--variants", *PLAIN).code == 0

    assert set(first.log.numbers) == {BR, MX, AR, BR_8, MX_1, AR_9}
    assert dict(second.log.numbers) == dict.fromkeys([BR_8, MX_1, AR_9], 1)
    assert [row["matched_number"] for row in rows_of("leads.checked.csv")] == [BR_8, MX_1, AR_9]
