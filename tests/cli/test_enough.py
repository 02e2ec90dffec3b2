"""`check --enough N`: the run ends in order once N recipients can be sent to."""

from pathlib import Path

import pytest

import validator
from tests.support.cli.constants import ANN, BOB, KEY, SESSION
from tests.support.cli.csv_rows import rows_of
from validator.batch.keys import make_key

YES = [f"+4477009002{place:02}" for place in range(100)]
INDIAN = [f"+9198765432{place:02}" for place in range(20)]
MX = "+522221234567"


@pytest.fixture
def everybody(provider):
    """A provider on which every ordinary number is on WhatsApp."""
    return provider(registered_share=1.0)


def phones(*numbers):
    return "phone\n" + "".join(f"{number}\n" for number in numbers)


def test_it_asks_no_more_and_says_why(check, everybody):
    done = check("--enough", "5", "--sendable", "send.csv", "--json", content=phones(*YES))

    assert done.code == 5
    assert done.json["stopped_because"] == "as many recipients can be sent to as --enough asks for"
    assert done.json["next_command"] is None
    assert "as many recipients can be sent to as --enough asks for" in done.err
    assert everybody.log.checks == 5
    assert len(rows_of("send.csv")) == done.json["sendable_rows"] == done.json["verdicts"]["registered"] == 5
    assert len(rows_of("leads.checked.csv")) == 100
    assert done.json["reasons"] == {"not_checked": 95}
    assert not done.json["sendable_partial"]


def test_who_was_found_is_sent_to_and_no_rest_is_waited_for(check, everybody):
    said = check("--enough", "5", "--sendable", "send.csv", "--report", "page.html", content=phones(*YES))

    assert "Send to 5 recipients with the sendable file." in said.err
    assert not [text for text in (said.err, Path("page.html").read_text()) if "partial" in text]


def test_a_run_that_ends_before_there_are_enough_has_a_partial_file(check, everybody):
    done = check("--enough", "5", "--limit", "3", "--sendable", "send.csv", "--json", content=phones(*YES))

    assert done.json["sendable_partial"]
    assert "wait for the rest: it is partial" in done.err


def test_what_was_known_before_counts_and_may_be_enough_by_itself(check, everybody):
    check("--limit", "6", content=phones(*YES))
    assert everybody.log.checks == 6

    done = check("--enough", "6", "--json", content=phones(*YES))

    assert (done.code, everybody.log.checks) == (5, 6)
    assert done.json["stopped_because"] == "as many recipients can be sent to already as --enough asks for"
    assert done.json["next_command"] is None
    assert check("--enough", "8", content=phones(*YES)).code == 5
    assert everybody.log.checks == 8


@pytest.mark.parametrize(("enough", "wanted"), [("5", "5 recipients"), ("1", "1 recipient")])
def test_the_calls_announced_are_at_most_so_many(check, everybody, enough, wanted):
    sentence = f"At most 100 calls to make for 100 rows, until {wanted} can be sent to."

    assert sentence in check("--enough", enough, "--dry-run", content=phones(*YES)).err
    assert sentence in check("--enough", enough, content=phones(*YES)).err


def test_half_of_them_on_whatsapp_takes_as_many_as_it_takes_and_no_recipient_more(check, provider):
    app = provider(registered_share=0.5)

    done = check("--enough", "20", "--sendable", "send.csv", "--json", content=phones(*YES))

    assert (done.code, done.json["sendable_rows"]) == (5, 20)
    assert 25 <= app.log.checks == done.json["asked"] <= 70


@pytest.mark.parametrize("enough", ["3", "4"])
def test_a_list_that_was_asked_to_its_end_ends_with_0(check, everybody, enough):
    numbers = YES[:3]

    done = check("--enough", enough, "--json", content=phones(*numbers, *numbers))

    assert (done.code, done.json["stopped_because"], everybody.log.checks) == (0, None, 3)
    assert check("--enough", "1", content=phones(*numbers)).code == 0


def test_duplicates_opt_outs_and_noes_are_not_sent_to(check, everybody, listed):
    listed(phones(*YES[:3]), "optout.csv")
    check("--limit", "50", content=phones(BOB, *YES[:5], *YES[:5]))

    done = check("--enough", "3", "--suppress", "optout.csv", content=phones(BOB, *YES[:6], *YES[3:5]))

    assert done.code == 0  # two of them and no more were known
    assert everybody.log.calls(YES[5]) == 1


def test_a_limit_may_come_first(check, everybody):
    done = check("--enough", "5", "--limit", "2", "--json", content=phones(*YES))

    assert (done.code, everybody.log.checks) == (5, 2)
    assert "--limit leaves 98 numbers unasked" in done.json["stopped_because"]
    assert "--enough 5" in done.json["next_command"]


def test_contacts_count(check, provider):
    app = provider(registered_share=1.0)

    done = check("--contacts", "--enough", "1", "--json", content=phones("+447700900021", *INDIAN))

    assert (done.code, app.log.checks) == (5, 0)
    assert done.json["sources"] == {"contacts": 1}


def test_a_recipient_known_by_another_spelling_counts(check, provider):
    app = provider()
    check("--variants", content=phones(MX))
    before = app.log.checks

    done = check("--variants", "--enough", "1", content=phones(MX, ANN))

    assert (done.code, app.log.checks) == (5, before)


def test_nothing_is_confirmed_after_enough(check, provider):
    app = provider()

    done = check("--confirm-negatives", "--enough", "1", "--order", "input", content=phones(ANN, BOB))

    assert (done.code, app.log.calls(ANN), app.log.calls(BOB)) == (5, 1, 0)


def test_less_than_one_is_refused_and_a_plan_shows_the_whole(check, everybody, run):
    assert check("--enough", "0", content=phones(*YES)).code == 2
    done = check("--enough", "3", "--dry-run", "--json", content=phones(*YES))

    assert done.json["calls_to_make"] == 100
    assert everybody.log.requests == 0


def test_the_library_has_it_too(everybody, stage, listed, tmp_path):
    listed(phones(*YES))
    settings = validator.ListSettings(accept="possible", enough=4)
    options = validator.RunOptions(
        keys=[make_key(KEY, SESSION, base_url=stage[1])],
        settings=settings,
        asking=validator.AskSettings(uses_canaries=False),
        ledger=tmp_path / "own.sqlite",
    )

    summary = validator.check_file(Path("leads.csv"), options=options)

    assert summary.exit_code == 5
    assert summary.verdicts["registered"] == 4
    assert "--enough" in summary.stopped_because
