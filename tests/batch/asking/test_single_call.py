import math
import random
from itertools import pairwise

import anyio
import pytest

from validator.batch.asking.checks import look_at_sessions
from validator.batch.asking.single_call import paced, refuse_long_hold
from validator.errors import (
    BadAnswer,
    CertificateFailed,
    Forbidden,
    IncompleteList,
    Intercepted,
    InvalidRequest,
    MissingOrBadKey,
    NotFound,
    ProxyRefused,
    QuotaExceeded,
    RateLimited,
    Redirected,
    Refused,
    ServerError,
    SessionNotConnected,
    StoppedEarly,
    TimedOut,
    UsageError,
)
from validator.gateways.sendapi import CAPABILITIES
from validator.model import NO_NOTICE, READY, RateNotice, SessionState, SessionStatus
from validator.pacing import NoBudget, RetryPolicy
from validator.pacing.budget.paced import PacedBudget

PENDING = SessionStatus(SessionState.STARTING, "pending")


class Reply:
    def __init__(self, status=READY):
        self.status, self.rate = status, NO_NOTICE


class Script:
    """Gives what it is told to, one thing a call, and keeps when it was called."""

    def __init__(self, *steps):
        self.steps, self.called_at = list(steps), []

    async def __call__(self, *_):
        self.called_at.append(anyio.current_time())
        step = self.steps.pop(0)
        if isinstance(step, Exception):
            raise step
        return step

    capabilities = CAPABILITIES
    session_status = __call__


@pytest.fixture
def through(virtual):
    """Make the exchange of a script; return what it gave and when it was called."""

    def run(*steps, max_attempts=3, budget=None, **options):
        script = Script(*steps)

        async def main():
            retry = RetryPolicy(max_attempts=max_attempts, rng=random.Random(1))
            chosen = budget() if budget else NoBudget(rng=random.Random(1))
            return await paced(script, budget=chosen, retry=retry, **options)

        return virtual(main), script.called_at

    return run


def refusal(retry_after_s):
    return RateLimited("429", status=429, rate=RateNotice(retry_after_s=retry_after_s))


def test_an_answer_comes_back_at_once(through):
    reply = Reply()

    assert through(reply) == (reply, [0])


def test_a_refusal_is_waited_out_and_is_no_attempt(through):
    reply, called_at = through(*[refusal(30)] * 5, Reply(), max_attempts=1)

    assert reply.status == READY
    assert all(later - earlier >= 30 for earlier, later in pairwise(called_at))


def test_a_busy_server_that_says_when_to_come_back_is_waited_for(through):
    busy = ServerError("503", status=503, rate=RateNotice(retry_after_s=10))

    _, called_at = through(busy, Reply(), max_attempts=1)

    assert called_at[1] >= 10


@pytest.mark.parametrize("failure", [TimedOut("x"), ServerError("x", status=500), BadAnswer("x")])
def test_what_may_pass_is_tried_again_after_a_while(through, failure):
    _, called_at = through(failure, failure, Reply())

    assert len(called_at) == 3
    assert called_at[1] >= 1


def test_out_of_attempts_the_last_failure_is_the_result(through):
    with pytest.raises(TimedOut, match="third"):
        through(TimedOut("first"), TimedOut("second"), TimedOut("third"), Reply())


REFUSALS = [
    MissingOrBadKey("401"),
    QuotaExceeded("402"),
    Forbidden("403"),
    NotFound("404"),
    SessionNotConnected("409"),
    InvalidRequest("422"),
]


@pytest.mark.parametrize("failure", REFUSALS)
def test_a_refusal_is_believed_when_it_has_come_twice_some_seconds_apart(through, failure):
    reply, called_at = through(failure, Reply())
    assert (reply.status, called_at) == (READY, [0, 2])

    with pytest.raises(type(failure)):
        through(failure, failure, Reply())


@pytest.mark.parametrize("failure", REFUSALS)
def test_trouble_before_or_between_makes_no_refusal_believed_sooner(through, failure):
    trouble = BadAnswer("a page")

    assert through(trouble, failure, Reply())[0].status == READY
    with pytest.raises(type(failure)):
        through(failure, trouble, failure, Reply())


def test_a_redirect_is_believed_when_it_stays(through):
    portal = Redirected("302", status=302)
    reply, called_at = through(portal, portal, Reply())
    assert (reply.status, called_at) == (READY, [0, 2, 12])

    with pytest.raises(Redirected):
        through(portal, portal, portal, Reply())


@pytest.mark.parametrize("failure", [CertificateFailed("x"), ProxyRefused("x"), IncompleteList("x")])
def test_what_no_second_request_can_change_is_not_tried_again(through, failure):
    with pytest.raises(type(failure)):
        through(failure, Reply())


def test_a_hold_longer_than_patience_ends_it(through):
    with pytest.raises(StoppedEarly, match=r"stay away for 9\d s, longer than --max-wait 60s"):
        through(refusal(90), Reply(), max_wait_s=60)


def test_the_budget_decides_when_to_begin(through):
    _, called_at = through(
        TimedOut("x"), Reply(), budget=lambda: PacedBudget(now=0.0, limit_per_min=1, rng=random.Random(1))
    )

    assert called_at[1] >= 60


def test_no_hold_is_no_reason_to_stop(virtual):
    async def main():
        refuse_long_hold(NoBudget().report(5.0), 5.0, 0.0)

    virtual(main)


@pytest.fixture
def look(virtual):
    """Look at sessions before a run, given what each call gives."""

    def run(*steps, sessions=("sess_a",), **bounds):
        script = Script(*steps)

        async def main():
            return await look_at_sessions(sessions, script, budget=NoBudget(), max_wait_s=math.inf, **bounds)

        return virtual(main)

    return run


def test_each_session_is_looked_at_in_turn(look):
    assert look(Reply(), Reply(PENDING), sessions=("a", "b")) == {"a": READY, "b": PENDING}


def test_a_session_that_the_key_may_not_see_is_taken_to_be_ready(look):
    assert look(Forbidden("403")) == {"sess_a": READY}


@pytest.mark.parametrize(
    ("failure", "ending", "words"),
    [
        (NotFound("404"), Refused, "sess_a is not known"),
        (MissingOrBadKey("401"), Refused, "does not accept the API key"),
        (CertificateFailed("no"), Refused, "certificate"),
        (InvalidRequest("422"), StoppedEarly, "--base-url"),
    ],
)
def test_a_wrong_setting_ends_the_run_before_it_begins(look, failure, ending, words):
    with pytest.raises(ending, match=words):
        look(failure, failure)


def test_a_redirect_that_stays_ends_the_run_before_it_begins(look):
    with pytest.raises(UsageError, match="--base-url"):
        look(*[Redirected("302")] * 3)


@pytest.mark.parametrize(
    "failure", [Intercepted("401", status=401), ServerError("502", status=502), BadAnswer("a page")]
)
def test_what_is_not_the_providers_word_is_waited_out_at_the_first_look(look, failure):
    assert look(*[failure] * 40, Reply()) == {"sess_a": READY}


def test_what_does_not_pass_ends_the_first_look_with_its_last_words(look):
    with pytest.raises(StoppedEarly, match=r"has failed for 300 s, .*something in between answered 451"):
        look(*[Intercepted("something in between answered 451")] * 40, max_outage_s=300.0)


@pytest.mark.slow
@pytest.mark.parametrize(
    "failure", [NotFound("404"), MissingOrBadKey("401"), QuotaExceeded("402"), Redirected("302")]
)
def test_one_odd_answer_to_the_first_look_ends_nothing(look, failure):
    assert look(failure, Reply()) == {"sess_a": READY}


def test_a_provider_that_cannot_be_reached_is_given_a_few_seconds(look):
    with pytest.raises(StoppedEarly, match="nothing was asked"):
        look(*[TimedOut("no answer")] * 3)
