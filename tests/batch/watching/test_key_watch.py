import anyio
import pytest

from validator.batch.watching.key_watch import watch_keys
from validator.errors import LedgerError, StoppedEarly
from validator.ledger import NothingToLose

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend():
    return "asyncio"


class LostAtOnce:
    can_be_lost = True

    def look(self):
        raise LedgerError("gone")


async def test_a_run_that_no_longer_holds_its_keys_stops_and_can_be_gone_on_with():
    stopped = []

    with anyio.fail_after(5):
        await watch_keys(LostAtOnce(), stopped.append)

    assert [type(why) for why in stopped] == [StoppedEarly]
    assert stopped[0].exit_code == 5


async def test_what_cannot_be_lost_is_not_watched():
    stopped = []

    await watch_keys(NothingToLose(), stopped.append)

    assert stopped == []
