"""A session is lost, and its gateway says so in its own words: nobody is burnt, few requests are spent."""

import os

import anyio
import httpx
import pytest

from tests.support.batch.laboratory import SESSION, Laboratory, numbers_of
from tests.support.forms import amount

# More numbers: `LOST_NUMBERS=2000 pytest tests/batch/asking/test_sessions_lost_in_other_words.py`.
NUMBERS = int(os.environ.get("LOST_NUMBERS", "60"))
GOOD = 250


def envelope(kind, message="Because.", code=None):
    error = {"type": kind, "message": message} | ({} if code is None else {"code": code})
    return {"success": False, "error": error}


CLOSED = "Connection Closed"
WORDINGS = {
    "422 logged out": (422, envelope("session_logged_out")),
    "422 device": (422, envelope("device_disconnected", code=4220)),
    "422 scan": (422, envelope("invalid_request", "Please scan the QR code first", 4000)),
    "422 expired": (422, {"error": {"type": "session_expired", "code": "session_expired", "message": "no"}}),
    "422 instance": (422, envelope("instance_not_connected")),
    "422 status and expected": (
        422,
        {"error": "Session status is not as expected.", "status": "STOPPED", "expected": ["WORKING"]},
    ),
    "428 closed, enveloped": (428, envelope("precondition_required", CLOSED)),
    "428 closed, of its library": (
        428,
        {"statusCode": 428, "error": "Precondition Required", "message": CLOSED},
    ),
    "400 closed, enveloped": (400, envelope("invalid_request", CLOSED, 4000)),
    "400 closed, of its library": (
        400,
        {"status": 400, "error": "Bad Request", "response": {"message": [CLOSED]}},
    ),
    "410 gone": (410, envelope("instance_gone")),
    "440 replaced": (440, envelope("connection_replaced")),
    "463 in no words": (463, envelope("oops")),
    "409 by its status": (409, envelope("conflict")),
    "404 elsewhere": (404, {"message": "Instance does not exist"}),
    "403 page": (403, "<html>Forbidden</html>"),
    "422 empty": (422, ""),
}
# A wording of each kind: of the provider's own, of its library, of something in between, in no words.
OF_EACH_KIND = (
    "422 status and expected",
    "428 closed, of its library",
    "400 closed, enveloped",
    "463 in no words",
    "404 elsewhere",
    "403 page",
    "422 empty",
)
PLAIN = ("422 logged out", "428 closed, of its library", "400 closed, enveloped", "422 empty")


class LosesItsSession:
    """An ASGI application before the sandbox: from a check on and for a while, checks are refused."""

    def __init__(self, app, refusal, *, after, lasts_s=90.0, status_is_down=False):
        self.app, self.log, self.world = app, app.log, app.world
        self.spent = 0
        self._refusal, self._after, self._lasts_s = refusal, after, lasts_s
        self._status_is_down = status_is_down
        self._checks = 0
        self._back_at = None

    async def __call__(self, scope, receive, send):
        is_check = scope["path"].endswith("/check")
        self._checks += is_check
        if self._checks > self._after and self._back_at is None and is_check:
            self._back_at = anyio.current_time() + self._lasts_s
            self.world.change_session(SESSION, status="disconnected")
        is_lost = self._back_at is not None and anyio.current_time() < self._back_at
        if not is_lost and self._back_at is not None:
            self.world.change_session(SESSION, status="connected")
        if is_lost and is_check:
            self.spent += 1
            await self._respond(send, *self._refusal)
        elif is_lost and self._status_is_down:
            await self._respond(send, 500, envelope("api_error"))
        else:
            await self.app(scope, receive, send)

    async def _respond(self, send, status, body):
        await anyio.sleep(0.1)
        response = (
            httpx.Response(status, text=body) if isinstance(body, str) else httpx.Response(status, json=body)
        )
        await send({"type": "http.response.start", "status": status, "headers": response.headers.raw})
        await send({"type": "http.response.body", "body": response.content})


def losing(folder, wording, *, after, **options):
    lab = Laboratory.build(folder, latency_ms=100)
    lab.app = LosesItsSession(lab.app, WORDINGS[wording], after=after, **options)
    return lab


def verdicts(lab, numbers):
    return {lab.known()[number][:2] for number in numbers}


@pytest.mark.slow
@pytest.mark.parametrize("wording", WORDINGS)
def test_a_session_lost_at_the_start_costs_few_requests_and_burns_nobody(tmp_path, wording):
    lab = losing(tmp_path, wording, after=0)

    ran = lab.ask(numbers_of(NUMBERS), rate=300)

    assert ran.ending is None
    assert lab.decided() == set(numbers_of(NUMBERS))
    assert lab.app.spent <= 5


@pytest.mark.slow
@pytest.mark.parametrize("wording", amount(OF_EACH_KIND, WORDINGS))
def test_a_session_lost_after_good_answers_costs_few_requests_and_burns_nobody(tmp_path, wording):
    lab = losing(tmp_path, wording, after=GOOD)

    ran = lab.ask(numbers_of(GOOD + NUMBERS), rate=300)

    assert ran.ending is None
    assert lab.decided() == set(numbers_of(GOOD + NUMBERS))
    assert lab.app.spent <= 5
    assert any(SESSION in cause for cause in ran.counters.paused_s)


@pytest.mark.slow
@pytest.mark.parametrize("wording", PLAIN)
def test_a_session_lost_with_the_last_numbers_burns_nobody(tmp_path, wording):
    for left in (1, 2, 3):
        folder = tmp_path / str(left)
        folder.mkdir()
        lab = losing(folder, wording, after=20 - left)

        assert lab.ask(numbers_of(20), rate=300).ending is None
        assert lab.decided() == set(numbers_of(20)), left


@pytest.mark.slow
@pytest.mark.parametrize("wording", PLAIN)
def test_a_status_that_cannot_be_had_meanwhile_burns_nobody_within_half_a_minute(tmp_path, wording):
    lab = losing(tmp_path, wording, after=30, lasts_s=25.0, status_is_down=True)

    ran = lab.ask(numbers_of(NUMBERS), rate=300)

    assert ran.ending is None
    assert lab.decided() == set(numbers_of(NUMBERS))
    assert lab.app.spent <= 8


@pytest.mark.parametrize("stop_after_s", [0.5, 3.0])
def test_a_run_that_ends_while_it_is_open_leaves_them_to_the_next_one(tmp_path, stop_after_s):
    lab = losing(tmp_path, "422 logged out", after=3)

    ran = lab.ask(numbers_of(20), rate=300, deadline=stop_after_s)

    assert ran.ending.exit_code == 5
    assert {verdict for verdict, *_ in lab.known().values()} <= {"registered", "not_registered"}
    lab.ask([number for number in numbers_of(20) if number not in lab.decided()], rate=300)
    assert lab.decided() == set(numbers_of(20))


def rejecting(folder, refused, *faults):
    """A provider whose session is ready, and which refuses some numbers."""
    lab = Laboratory.build(folder, *faults, latency_ms=100)
    inner, paths = lab.app, tuple(f"%2B{number}/check" for number in refused)

    async def app(scope, receive, send):
        if scope["raw_path"].decode().endswith(paths):
            response = httpx.Response(422, json=envelope("no_such_thing"))
            await anyio.sleep(0.1)
            await send({"type": "http.response.start", "status": 422, "headers": response.headers.raw})
            await send({"type": "http.response.body", "body": response.content})
        else:
            looks.append(scope["path"])
            await inner(scope, receive, send)

    looks = []
    app.log, app.world, app.looks = inner.log, inner.world, looks
    lab.app = app
    return lab


@pytest.mark.parametrize(
    ("places", "looks"), [([3], 0), ([3, 4], 0), ([3, 4, 5], 1), (range(3, 10), 2), ([29], 1), ([28, 29], 1)]
)
def test_a_refusal_of_a_session_that_works_is_about_its_number(tmp_path, places, looks):
    refused = [numbers_of(30)[place] for place in places]
    lab = rejecting(tmp_path, refused)

    ran = lab.ask(numbers_of(30), rate=300)

    assert ran.ending is None
    assert verdicts(lab, refused) == {("unknown", "request_rejected")}
    assert lab.decided() == set(numbers_of(30)) - set(refused)
    assert ran.counters.calls.attempts == 30
    assert sum(path.endswith(SESSION) for path in lab.app.looks) == looks


def test_a_setting_that_makes_every_request_wrong_still_ends_the_run(tmp_path):
    lab = rejecting(tmp_path, numbers_of(300))

    ran = lab.ask(numbers_of(300), rate=300)

    assert ran.ending.exit_code == 2
    assert "requests were called invalid" in str(ran.ending)
    assert ran.duration_s < 120
