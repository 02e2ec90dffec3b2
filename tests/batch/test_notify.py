"""Delivering a message: how often, for how long, and what is said in the end."""

import math
import random

import anyio
import pytest

from validator.batch.notify import MAX_ATTEMPTS, WITHIN_AFTER_SIGNAL_S, WITHIN_S, deliver
from validator.http.sending import NotDelivered
from validator.pacing import RetryPolicy

BUSY = NotDelivered("it answers 500", transient=True)


@pytest.fixture
def delivery(virtual):
    """Deliver to a receiver that does these things in turn; give the words, the tries and the seconds."""

    def run(*does, within_s=WITHIN_S, seed=0):
        tries = []

        async def send():
            tries.append(anyio.current_time())
            done = does[min(len(tries), len(does)) - 1]
            if isinstance(done, Exception):
                raise done
            await anyio.sleep(done)

        async def scenario():
            begun_s = anyio.current_time()
            retry = RetryPolicy(max_attempts=MAX_ATTEMPTS, rng=random.Random(seed))
            why = await deliver(send, retry=retry, within_s=within_s)
            return why, len(tries), anyio.current_time() - begun_s

        return virtual(scenario)

    return run


def test_a_message_that_is_taken_is_sent_once(delivery):
    assert delivery(0.1)[:2] == ("", 1)


def test_a_receiver_that_recovers_gets_the_message(delivery):
    assert delivery(BUSY, BUSY, 0.1)[:2] == ("", 3)


@pytest.mark.parametrize("seed", range(20))
def test_a_receiver_that_always_answers_500_is_given_up_within_the_bound(delivery, seed):
    why, tries, took_s = delivery(BUSY, seed=seed)

    assert why == "it answers 500"
    assert 3 <= tries <= MAX_ATTEMPTS
    assert 3 <= took_s <= WITHIN_S


def test_a_refusal_is_not_tried_again(delivery):
    assert delivery(NotDelivered("it answers 404", transient=False)) == ("it answers 404", 1, 0)


@pytest.mark.parametrize("within_s", [WITHIN_S, WITHIN_AFTER_SIGNAL_S])
def test_a_receiver_that_says_nothing_ends_with_the_bound(delivery, within_s):
    why, tries, took_s = delivery(math.inf, within_s=within_s)

    assert (why, tries) == (f"no answer within {within_s:g} s", 1)
    assert took_s == pytest.approx(within_s)
