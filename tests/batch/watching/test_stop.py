import anyio
import pytest

from validator.batch.watching.stop import LOOK_EVERY_S, stop_at


@pytest.fixture
def stopped_at(virtual):
    """Wait for a time of day on a clock that leaps; return when that was noticed on a clock that does not."""

    def run(at_s, leaps):
        async def main():
            noticed, awake = [], anyio.current_time

            def now_s():
                return awake() + sum(by_s for from_s, by_s in leaps if awake() >= from_s)

            await stop_at(at_s, lambda why: noticed.append((awake(), str(why))), now_s)
            return noticed

        return virtual(main)

    return run


def test_a_deadline_stops_at_its_time(stopped_at):
    assert stopped_at(3_600, leaps=[]) == [(pytest.approx(3_600), "the deadline was reached")]


def test_a_machine_that_slept_past_the_deadline_stops_when_it_wakes(stopped_at):
    [(noticed_s, _)] = stopped_at(3_600, leaps=[(100, 8 * 3_600)])

    assert 100 <= noticed_s <= 100 + LOOK_EVERY_S


def test_a_clock_that_is_set_back_puts_the_deadline_off(stopped_at):
    [(noticed_s, _)] = stopped_at(3_600, leaps=[(100, -600)])

    assert noticed_s == pytest.approx(4_200)


def test_without_a_deadline_nothing_stops(virtual):
    async def main():
        with anyio.move_on_after(100) as scope:
            await stop_at(float("inf"), stop=pytest.fail, now_s=anyio.current_time)
        return scope.cancelled_caught

    assert virtual(main)
