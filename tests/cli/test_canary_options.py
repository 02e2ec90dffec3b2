"""Sessions that are watched over, from the command line."""

import csv
from pathlib import Path

import pytest

from tests.support.cli.constants import BOB, SESSION
from validator.ledger import read
from validator.sandbox import Session

OWN = "+447700900999"
PEOPLE = [f"+4477009001{place:02d}" for place in range(40)]
MANY = "phone\n" + "\n".join(PEOPLE) + "\n"


@pytest.fixture
def check(run, listed):
    def check(*options, content=MANY):
        return run(
            "check", listed(content), "--accept", "possible", "--rate", "none", "--json", "-q", *options
        )

    return check


def verdicts():
    with Path("leads.checked.csv").open(encoding="utf-8", newline="") as file:
        return [(row["verdict"], row["reason"]) for row in csv.DictReader(file)]


@pytest.mark.slow
def test_the_sessions_own_number_vouches_for_the_last_answers(check, provider):
    app = provider(registered_share=0.0)

    done = check()

    assert (done.code, done.json["calls"]["attempts"], done.json["calls"]["canaries"]) == (0, 40, 1)
    assert app.log.numbers == {**dict.fromkeys(PEOPLE, 1), OWN: 1}
    assert set(verdicts()) == {("not_registered", "not_on_whatsapp")}


@pytest.mark.slow
def test_a_session_that_lies_ends_the_run_with_6_and_the_next_one_asks_again(check, provider):
    app = provider("lie@10")

    done = check()
    assert done.code == 6
    assert f'session {SESSION} answers "no" about' in done.json["stopped_because"]
    assert not {verdict for verdict, _ in verdicts()} - {"registered", "not_registered", "unknown"}
    assert done.json["reasons"]["session_suspect"] > 20

    app.world.set_faults(())
    assert check().code == 0
    assert done.json["verdicts"]["registered"] <= check().json["verdicts"]["registered"]


@pytest.mark.slow
def test_what_was_not_vouched_for_is_what_the_ledger_calls_unknown(check, provider, ledger_path):
    provider("lie@1")

    check()

    with read(ledger_path) as ledger:
        assert {(row.verdict, row.reason) for rows in ledger.known() for row in rows} == {
            ("unknown", "session_suspect")
        }


@pytest.mark.slow
def test_a_canary_can_be_named(check, provider):
    app = provider(registered_share=0.0)

    done = check("--canary", "+44 7700 900-001")

    assert done.code == 0
    assert (app.log.calls("+447700900001"), app.log.calls(OWN)) == (1, 0)


@pytest.mark.parametrize("text", ["07700900123", "nobody", "+12"])
def test_a_canary_needs_its_country_code_and_is_not_repeated(check, provider, text):
    provider()

    done = check("--canary", text)

    assert done.code == 2
    assert "--canary" in done.err
    assert text not in done.err


@pytest.mark.slow
def test_what_nothing_vouches_for_cannot_be_wanted_strictly(check):
    done = check("--strict", "--no-canaries")

    assert done.code == 2
    assert "--strict needs verified answers" in done.err


@pytest.mark.parametrize(
    ("options", "code"), [((), 4), (("--max-unknown", "100%"), 0), (("--max-unknown", "100%", "--strict"), 4)]
)
def test_a_session_without_a_number_in_a_list_of_nobody_is_not_believed(check, provider, options, code):
    provider(registered_share=0.0, sessions=(Session(id=SESSION, name="Shop"),))

    done = check(*options)

    assert done.code == code
    assert set(verdicts()) == {("unknown", "session_suspect")}
    assert any('40 answers "no" of session' in warning for warning in done.json["warnings"])
    assert "40 rows are unknown although they were answered" in done.err
    assert "--canary" in done.err
    (remedy,) = done.json["remedies"]
    assert remedy.startswith("Name a number that is on WhatsApp with --canary")

    helped = check("--canary", "+447700900001")
    assert (helped.code, helped.json["remedies"]) == (0, [])
    assert set(verdicts()) == {("not_registered", "not_on_whatsapp")}


def test_a_looked_up_no_that_nothing_vouches_for_is_unknown_and_says_what_to_do(run, provider):
    provider(registered_share=0.0, sessions=(Session(id=SESSION, name="Shop"),))

    done = run("lookup", BOB, "--accept", "possible", "--json")

    assert (done.code, done.json["rows"][0]["reason"]) == (4, "session_suspect")
    assert "--canary" in done.err


@pytest.mark.slow
@pytest.mark.parametrize(("canary", "status"), [("given", "422"), ("own", "503"), ("none", "428")])
def test_a_session_that_lies_and_then_refuses_everything_decides_nobody(check, provider, status, canary):
    """Refused with the last of the list, so that only the canary and one number are not answered."""
    sessions = () if canary != "none" else (Session(id=SESSION, name="Shop"),)
    app = provider(
        "lie@1", f"{status}@40", registered_share=1.0, **({"sessions": sessions} if sessions else {})
    )
    options = ("--concurrency", "1", "--retries", "1")
    options += ("--canary", "+447700900001") if canary == "given" else ()

    done = check(*options)

    assert done.code == 4
    assert done.json["reasons"]["session_suspect"] == 39
    assert any('39 answers "no" of session' in warning for warning in done.json["warnings"])

    app.world.set_faults(())
    again = check(*options)
    assert (again.code, again.json["verdicts"]["registered"]) == (0, 40)


@pytest.mark.slow
def test_without_canaries_every_answer_is_believed_with_a_warning(check, provider):
    app = provider("lie@10")

    done = check("--no-canaries")

    assert (done.code, app.log.checks) == (0, 40)
    assert any("--no-canaries" in warning for warning in done.json["warnings"])


@pytest.mark.slow
def test_what_a_killed_run_has_not_confirmed_is_planned_and_confirmed_by_the_next(
    *, provider, spawn, run, listed, until, ledger_path
):
    app = provider(latency_ms=20, plan="unlimited", registered_share=0.3)
    words = ("leads.csv", "--accept", "possible", "--confirm-negatives")
    asking = (*words, "--rate", "none", "--concurrency", "2", "--json", "-q")
    listed(MANY)

    killed = spawn("check", *asking)
    until(lambda: list(app.log.numbers.values()).count(2) > 5)
    killed.kill()
    killed.wait()
    asked = dict(app.log.numbers)
    assert not Path("leads.checked.csv").exists()

    with read(ledger_path) as ledger:
        known = {row.number: row.reason for rows in ledger.known() for row in rows}
    open_now = [number for number, reason in known.items() if reason == "not_on_whatsapp"]
    plan = run("plan", *words, "--json", "-q").json
    assert len(open_now) > 5
    assert (plan["calls_to_make"], plan["calls_to_confirm"]) == (len(open_now), len(open_now))
    assert plan["confirmations_expected"] == 0

    done = run("check", *asking)
    again = {number: count - asked[number] for number, count in app.log.numbers.items() if number != OWN}
    assert done.code == 0
    assert {number for number, count in again.items() if count} <= {f"+{number}" for number in open_now}
    assert set(done.json["reasons"]) == {"not_on_whatsapp_twice"}
    assert run("plan", *words, "--json", "-q").json["calls_to_make"] == 0


@pytest.mark.slow
def test_negatives_are_confirmed_when_asked_for(check, provider):
    app = provider()

    done = check("--confirm-negatives")

    noes = done.json["verdicts"]["not_registered"]
    calls = done.json["calls"]
    assert (done.code, calls["confirmations"], calls["overturned"]) == (0, noes, 0)
    assert calls["attempts"] == 40 + noes
    assert sorted(app.log.numbers.values()) == sorted([1] * (40 - noes) + [2] * noes + [app.log.calls(OWN)])


def test_a_looked_up_no_is_vouched_for_too(run, provider):
    app = provider()

    done = run("lookup", BOB, "--accept", "possible", "--json")

    assert done.json["rows"][0]["verdict"] == "not_registered"
    assert app.log.calls(OWN) == 1


@pytest.mark.parametrize("command", ["check", "sample"])
@pytest.mark.parametrize("canary", [OWN, "+55 11 96123-4567"])
def test_a_canary_of_a_suppression_list_ends_the_run_before_a_request(run, listed, provider, command, canary):
    app = provider()
    listed(f"phone\n{OWN}\n+551161234567\n", "opted-out.csv")  # the second in its other spelling

    words = (listed(MANY), "--accept", "possible", "--suppress", "opted-out.csv", "--canary", canary)
    done = run(command, *words)

    assert (done.code, app.log.requests) == (2, 0)
    assert "a canary is in a suppression list" in done.err


def test_a_sessions_own_number_is_no_canary_if_it_is_suppressed(check, listed, provider):
    app = provider(registered_share=0.0)
    listed(f"phone\n{OWN}\n", "opted-out.csv")

    done = check("--suppress", "opted-out.csv")

    assert done.code == 4
    assert app.log.numbers == dict.fromkeys(PEOPLE, 1)
