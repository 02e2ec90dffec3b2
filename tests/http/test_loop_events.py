"""The events of both event loops: they end a wait when they are set, or at its time."""

import math

import anyio
import pytest

from validator.http.event_loop import event_type, loop_clock

pytestmark = pytest.mark.anyio


@pytest.fixture
def event():
    return event_type()()


async def test_a_wait_ends_when_it_is_set(event):
    ended = []

    async def wait():
        await event.wait()
        ended.append(True)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(wait)
        await anyio.wait_all_tasks_blocked()
        assert not ended
        event.set()
        event.set()

    assert ended


@pytest.mark.parametrize("for_s", [-1.0, 0.0, 0.02])
async def test_a_wait_ends_at_its_time(event, for_s):
    clock = loop_clock()
    until = clock() + for_s

    await event.wait(until)

    assert until <= clock() < until + 5


async def test_a_wait_that_is_set_in_time_leaves_no_timer(event):
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(event.wait, anyio.current_time() + 0.05)
        await anyio.wait_all_tasks_blocked()
        event.set()
    await anyio.sleep(0.1)


@pytest.mark.parametrize("until", [math.inf, -math.inf])
async def test_one_that_is_set_already_lets_others_have_their_turn(event, until):
    turns = []

    async def other():
        turns.append(True)

    event.set()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(other)
        while not turns:
            await event.wait(until)


async def test_a_wait_can_be_cancelled_and_the_event_be_set_afterwards(event):
    with anyio.move_on_after(0.01) as scope:
        await event.wait(math.inf)
    event.set()

    assert scope.cancelled_caught
