"""Entries of arrays: matched by the number that they name, and contradictions that are no answer."""

import pytest

from validator.gateways.entries import check_reply, number_of, result_of
from validator.model import NO_NOTICE, Number

ANN, BOB = Number(447_700_900_001), Number(447_700_900_002)


def test_entries_that_contradict_each_other_are_no_answer():
    entries = [(ANN, True), (BOB, True), (ANN, False), (ANN, True)]
    results = [result_of(f"{int(number):d}", exists, None) for number, exists in entries]

    reply = check_reply(results, NO_NOTICE)

    assert reply.result(ANN).verdict is None
    assert reply.result(BOB).is_whatsapp_user


@pytest.mark.parametrize("number", [None, 447_700_900_001, "", "12", "abc", "4477009000011234567", "@lid"])
def test_an_entry_that_names_no_number_says_nothing(number):
    assert result_of(number, True, None) is None


@pytest.mark.parametrize("exists", [None, "true", 1, 0, [], {}])
def test_an_entry_without_a_boolean_says_nothing(exists):
    assert result_of("447700900001", exists, None) is None


@pytest.mark.parametrize(
    ("jid", "number"),
    [
        ("447700900001@s.whatsapp.net", ANN),
        ("447700900001:12@s.whatsapp.net", ANN),
        ("447700900001@c.us", ANN),
        ("100000000000001@lid", None),
        ("120363000000000000@g.us", None),
        ("447700900001", None),
        (None, None),
    ],
)
def test_the_number_in_an_id(jid, number):
    assert number_of(jid) == number
