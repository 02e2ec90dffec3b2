from __future__ import annotations

import json

import anyio
import pytest

from validator.sandbox import MAGIC_NUMBERS, ConnectionBroken
from validator.sandbox.behaviour import spelling_pair

RANGE = "+447700900"


def yes(number):
    return {"phone": number, "is_whatsapp_user": True, "whatsapp_id": f"{number[1:]}@s.whatsapp.net"}


def test_the_table_lists_000_to_019_once_each_and_then_other_spellings():
    numbers = [number for number, _ in MAGIC_NUMBERS]
    assert numbers[:20] == [f"{RANGE}{n:03d}" for n in range(20)]
    assert all(spelling_pair(number[1:]) for number in numbers[20:])
    assert all(text for _, text in MAGIC_NUMBERS)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_plain_fates_hold_whatever_the_seed(check, seed):
    for suffix in ("000", "001"):
        assert check(RANGE + suffix, seed=seed, registered_share=0.0).json() == yes(RANGE + suffix)
    for suffix in ("002", "018"):
        assert check(RANGE + suffix, seed=seed, registered_share=1.0).json()["is_whatsapp_user"] is False


def test_003_is_an_invalid_phone(check):
    response = check(RANGE + "003")
    assert (response.status_code, response.json()["error"]["code"]) == (422, 4001)


@pytest.mark.parametrize(("suffix", "status"), [("004", 500), ("010", 429), ("013", 409)])
def test_what_fails_once_is_answered_the_second_time(talk, suffix, status):
    async def scenario(api):
        return [await api.check(RANGE + suffix) for _ in range(3)]

    first, second, third = talk(scenario)
    assert first.status_code == status
    assert second.json() == third.json() == yes(RANGE + suffix)
    assert ("retry-after" in first.headers) == (status == 429)


def test_013_says_that_the_session_is_not_connected(check):
    assert check(RANGE + "013").json()["error"]["type"] == "session_not_connected"


def test_005_fails_every_time(talk):
    async def scenario(api):
        return [(await api.check(RANGE + "005")).status_code for _ in range(3)]

    assert talk(scenario) == [500, 500, 500]


def test_006_never_answers(talk):
    async def scenario(api):
        with anyio.move_on_after(3600) as scope:
            await api.check(RANGE + "006")
        return scope.cancelled_caught, api.app.log.entries[-1].status

    assert talk(scenario) == (True, 0)


def test_007_is_a_page_with_status_200(check):
    response = check(RANGE + "007")
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/html")
    assert response.text.startswith("<!doctype html>")


def test_008_is_the_first_half_of_an_answer(check):
    response = check(RANGE + "008")
    assert response.status_code == 200
    with pytest.raises(json.JSONDecodeError):
        response.json()


def test_009_answers_about_somebody_else(check):
    assert check(RANGE + "009").json()["phone"] == RANGE + "000"


@pytest.mark.parametrize(("suffix", "flag"), [("011", None), ("012", "true")])
def test_011_and_012_have_a_flag_that_is_no_flag(check, suffix, flag):
    body = check(RANGE + suffix).json()
    assert body["phone"] == RANGE + suffix
    assert body["is_whatsapp_user"] == flag


def test_014_has_an_lid(check):
    body = check(RANGE + "014").json()
    assert body["is_whatsapp_user"] is True
    assert body["whatsapp_id"].endswith("@lid")


def test_015_takes_two_seconds(talk):
    async def scenario(api):
        body = (await api.check(RANGE + "015")).json()
        return body, anyio.current_time()

    body, now = talk(scenario)
    assert body == yes(RANGE + "015")
    assert now == pytest.approx(2.0)


@pytest.mark.parametrize(("suffix", "reset"), [("016", False), ("017", True)])
def test_016_and_017_break_the_connection(check, suffix, reset):
    with pytest.raises(ConnectionBroken) as broken:
        check(RANGE + suffix)
    assert broken.value.reset is reset


def test_019_is_a_failure_that_calls_itself_200(check):
    response = check(RANGE + "019")
    assert response.status_code == 200
    assert response.json()["success"] is False


@pytest.mark.parametrize(
    ("asked", "known"),
    [
        ("+5511961234567", "+551161234567"),
        ("+522221234567", "+5212221234567"),
        ("+541123456789", "+5491123456789"),
    ],
)
def test_some_are_known_only_by_their_other_spelling(check, asked, known):
    assert check(asked, registered_share=1.0).json()["is_whatsapp_user"] is False
    assert check(known, registered_share=0.0).json() == yes(known)
