import random
from functools import partial
from itertools import pairwise

import polars as pl
import pytest

from validator.batch.asking.contacts import SCHEMA, all_contacts, contacts_frame, take_contacts
from validator.batch.asking.single_call import paced
from validator.gateways.gateway import GatewayContact
from validator.gateways.sendapi import SendApi
from validator.model import Number
from validator.pacing import RetryPolicy
from validator.pacing.budget.paced import PacedBudget

ANN, BOB, CY = (447_700_900_020 + place for place in range(3))
SESSION = "sess_01H8BKF0000000000000000Z2T"


@pytest.fixture
def fetch(make_lab):
    """All contacts of a sandbox's session, fetched under a budget; and the sandbox."""

    def run(*faults, rate=None, **settings):
        lab = make_lab(*faults, **settings)

        async def main():
            budget = PacedBudget(now=0.0, limit_per_min=rate, rng=random.Random(1))
            retry = RetryPolicy(rng=random.Random(1))
            async with lab.client() as client:
                through = partial(paced, budget=budget, retry=retry)
                return [
                    contact async for contact in all_contacts(SendApi(client, "localhost"), SESSION, through)
                ]

        return lab.run(main), lab

    return run


def test_all_pages_are_fetched_at_the_most_a_page(fetch):
    contacts, lab = fetch(contacts=250)

    assert len({contact.phone for contact in contacts}) == len(contacts) == 250
    assert lab.app.log.requests == 3


def test_pages_keep_to_the_budget(fetch):
    _, lab = fetch(contacts=450, rate=6)

    times = [entry.time_s for entry in lab.app.log.entries]
    assert all(later - earlier >= 10 for earlier, later in pairwise(times))


@pytest.mark.parametrize("fault", ["500=0.3", "429=0.3", "repeated_row=1", "cut=0.3"])
def test_trouble_costs_no_contact(fetch, fault):
    contacts, _ = fetch(fault, contacts=350)

    assert len({contact.phone for contact in contacts}) == len(contacts) >= 346


@pytest.fixture
def take(virtual, ledger, now_ms):
    """Take contacts over; return the numbers still to ask, and what the ledger has."""

    def run(contacts, *todo, others=()):
        async def given():
            for contact in contacts:
                yield contact

        async def main():
            numbers, later = (pl.Series("number", some, dtype=pl.UInt64) for some in (todo, others))
            return await take_contacts(given(), numbers, later, ledger=ledger, now_ms=lambda: now_ms)

        left = virtual(main)
        return left, [row for rows in ledger.known() for row in rows]

    return run


def contact(number, *, is_user):
    return GatewayContact(phone=f"+{number}", number=Number(number), is_whatsapp_user=is_user)


def test_a_contact_marked_as_a_user_need_not_be_asked_about(take, now_ms):
    left, known = take([contact(ANN, is_user=True)], ANN, BOB)

    assert left.to_list() == [BOB]
    assert left.dtype == pl.UInt64
    assert known == [(ANN, "registered", None, None, "contacts", "", "", 0, now_ms, "definite")]


@pytest.mark.parametrize("mark", [False, None])
def test_a_contact_without_the_mark_is_asked_about(take, mark):
    left, known = take([contact(ANN, is_user=mark)], ANN)

    assert (left.to_list(), known) == ([ANN], [])


def test_what_contacts_tell_about_numbers_that_may_be_asked_later_is_written_down(take):
    left, known = take([contact(CY, is_user=True)], ANN, others=[CY])

    assert (left.to_list(), [row.number for row in known]) == ([ANN], [CY])


def test_strangers_and_contacts_without_a_number_are_left_alone(take):
    left, known = take([contact(CY, is_user=True), GatewayContact(phone="", is_whatsapp_user=True)], BOB, ANN)

    assert (left.to_list(), known) == ([BOB, ANN], [])


def test_all_contacts_known_leaves_nothing_to_ask(take):
    contacts = [contact(ANN, is_user=True), contact(ANN, is_user=True), contact(BOB, is_user=True)]

    left, known = take(contacts, BOB, ANN)

    assert (left.len(), len(known)) == (0, 2)


def test_contacts_make_a_table():
    frame = contacts_frame([contact(ANN, is_user=True), GatewayContact(phone="x@lid", name="Ann")])

    assert frame.schema == SCHEMA
    assert frame.rows() == [(f"+{ANN}", None, True, None), ("x@lid", "Ann", None, None)]
    assert contacts_frame([]).schema == SCHEMA
