"""The tasks that carry out exchanges, on both event loops."""

import anyio
import pytest
from anyio.lowlevel import checkpoint, current_token

from validator.batch.asking.workers import Job, Workers

pytestmark = pytest.mark.anyio


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request):
    return request.param


def clock():
    return current_token().backend_class.current_time()


class Bench:
    """Exchanges that note what they did and in which task."""

    def __init__(self):
        self.begun, self.ended, self.tasks = 0, [], set()

    def job(self, wait_for=None, *, fails=False):
        self.begun += 1

        async def exchange():
            self.tasks.add(anyio.get_current_task().id)
            if wait_for is not None:
                await wait_for.wait()
            if fails:
                raise OSError("broken off")

        return Job(f"lane {self.begun}", exchange)

    def on_end(self, lane, took_s):
        assert took_s >= 0
        self.ended.append(lane)

    def workers(self, tasks):
        return Workers(tasks, clock=clock, on_end=self.on_end)


async def test_a_worker_that_waits_is_given_the_next_exchange():
    bench = Bench()
    async with anyio.create_task_group() as tasks:
        workers = bench.workers(tasks)
        for done in range(1, 4):
            workers.start(bench.job())
            while len(bench.ended) < done:
                await checkpoint()
            await anyio.wait_all_tasks_blocked()
        tasks.cancel_scope.cancel()

    assert len(bench.tasks) == 1


async def test_there_are_as_many_workers_as_exchanges_in_flight():
    bench, answer = Bench(), anyio.Event()
    async with anyio.create_task_group() as tasks:
        workers = bench.workers(tasks)
        for _ in range(3):
            workers.start(bench.job(answer))
        await anyio.wait_all_tasks_blocked()
        assert len(bench.tasks) == 3
        answer.set()
        await anyio.wait_all_tasks_blocked()
        workers.start(bench.job())
        await anyio.wait_all_tasks_blocked()
        tasks.cancel_scope.cancel()

    assert len(bench.ended) == 4
    assert len(bench.tasks) == 3


async def test_exchanges_that_wait_for_nothing_let_others_have_their_turn():
    bench, turns = Bench(), []

    async def other():
        while len(bench.ended) < 50:
            turns.append(bench.begun)
            await checkpoint()

    async with anyio.create_task_group() as tasks:
        workers = bench.workers(tasks)
        tasks.start_soon(other)
        while len(bench.ended) < 50:
            if len(bench.ended) == bench.begun:
                workers.start(bench.job())
            await checkpoint()
        tasks.cancel_scope.cancel()

    assert len(turns) > 10


async def test_an_error_of_an_exchange_ends_the_group():
    bench = Bench()
    with pytest.raises(ExceptionGroup) as caught:
        async with anyio.create_task_group() as tasks:
            bench.workers(tasks).start(bench.job(fails=True))

    assert [type(error) for error in caught.value.exceptions] == [OSError]
    assert bench.ended == ["lane 1"]


async def test_an_exchange_that_is_given_up_counts_as_ended():
    bench = Bench()
    async with anyio.create_task_group() as tasks:
        bench.workers(tasks).start(bench.job(anyio.Event()))
        await anyio.wait_all_tasks_blocked()
        tasks.cancel_scope.cancel()

    assert bench.ended == ["lane 1"]
