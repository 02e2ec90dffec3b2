from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from validator.sandbox import Answers
from validator.sandbox.behaviour import account_id, contact_phone, draw, registration, spelling_pair

numbers = st.integers(min_value=10**7, max_value=10**15 - 1).map(lambda digits: f"+{digits}")


@given(numbers, st.integers(0, 10))
def test_the_same_number_and_seed_get_the_same_answer(phone, seed):
    assert registration(phone, seed=seed, share=0.6) == registration(phone, seed=seed, share=0.6)


@given(numbers, st.floats(0, 1))
def test_an_answer_is_a_yes_with_an_id_or_a_no_without(phone, share):
    body = registration(phone, seed=1, share=share)
    assert body["phone"] == phone
    assert isinstance(body["is_whatsapp_user"], bool)
    assert (body.get("whatsapp_id") is not None) == body["is_whatsapp_user"]


def test_about_the_share_asked_for_is_registered():
    phones = [f"+44770{n:07d}" for n in range(4000)]
    for share in (0.0, 0.25, 1.0):
        hits = sum(account_id(phone, seed=3, share=share) is not None for phone in phones)
        assert hits / len(phones) == pytest.approx(share, abs=0.03)


def test_another_seed_gives_other_answers():
    phones = [f"+44770{n:07d}" for n in range(200)]
    first, second = ([account_id(p, seed=seed, share=0.5) for p in phones] for seed in (1, 2))
    assert first != second


def test_some_ids_are_lids():
    ids = [account_id(f"+44770{n:07d}", seed=1, share=1.0) for n in range(1000)]
    assert 5 <= sum(id_.endswith("@lid") for id_ in ids) <= 50


@pytest.mark.parametrize(
    ("digits", "shorter", "longer"),
    [
        ("5511912345678"[:4] + "87654321", "551187654321", "5511987654321"),
        ("5511987654321", "551187654321", "5511987654321"),
        ("525512345678", "525512345678", "5215512345678"),
        ("5215512345678", "525512345678", "5215512345678"),
        ("5491112345678", "541112345678", "5491112345678"),
    ],
)
def test_two_spellings_of_one_subscriber_know_each_other(digits, shorter, longer):
    assert spelling_pair(digits) == (shorter, longer)


def test_other_numbers_have_one_spelling():
    assert spelling_pair("447700900001") is None


@pytest.mark.parametrize("prefix", [("5511", "55119"), ("52", "521"), ("54", "549")])
def test_of_two_spellings_one_or_both_answer_with_the_same_id(prefix):
    kinds = set()
    for n in range(200):
        rest = f"8{n:07d}" if prefix[0] == "5511" else f"55{n:08d}"
        ids = [account_id(f"+{code}{rest}", seed=1, share=1.0) for code in prefix]
        given_ids = {id_ for id_ in ids if id_}
        assert len(given_ids) == 1
        kinds.add((ids[0] is not None, ids[1] is not None))
    assert kinds == {(True, True), (True, False), (False, True)}


def test_a_lying_session_answers_the_same_to_everybody():
    phones = [f"+44770{n:07d}" for n in range(50)]
    no = [registration(p, seed=1, share=0.5, answers=Answers.NO) for p in phones]
    yes = [registration(p, seed=1, share=0.5, answers=Answers.YES) for p in phones]
    assert not any(body["is_whatsapp_user"] for body in no)
    assert all(body["is_whatsapp_user"] and body["whatsapp_id"] for body in yes)


def test_a_linked_number_is_registered_unless_the_session_lies(talk):
    async def scenario(api):
        honest = (await api.check("+447700900999")).json()
        api.app.world.change_session(api.session_id, answers=Answers.NO)
        return honest, (await api.check("+447700900999")).json()

    honest, lying = talk(scenario, registered_share=0.0)

    assert (honest["is_whatsapp_user"], honest["whatsapp_id"]) == (True, "447700900999@s.whatsapp.net")
    assert lying["is_whatsapp_user"] is False


@pytest.mark.slow
def test_contacts_are_reserved_numbers_and_distinct():
    phones = [contact_phone(index) for index in range(80_000)]
    assert len(set(phones)) == 80_000
    assert all(p.startswith("+447700900") or (p[0:2] == "+1" and p[5:10] == "55501") for p in phones)
    assert {len(p) for p in phones} == {12, 13}


@settings(max_examples=50)
@given(st.integers(), st.text(), st.integers(1, 9))
def test_draws_are_even_numbers_below_one_and_repeatable(seed, subject, attempt):
    drawn = draw(seed, subject, attempt)
    assert all(0 <= value < 1 for value in drawn)
    assert drawn == draw(seed, subject, attempt)
