from pathlib import Path

import pytest

from tests.support.batch.long_run import ask_for_hours
from tests.support.forms import amount

# A day and more: `make soak`.
HOURS = amount(6, 12)


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc, to count descriptors")
def test_a_run_of_many_hours_holds_at_its_end_what_it_held_at_its_beginning(make_lab):
    ran, held = ask_for_hours(make_lab(latency_ms=200), per_min=1, hours=HOURS)

    assert (ran.ending, ran.counters.asked, len(held)) == (None, HOURS * 60, HOURS)
    assert len({one.tasks for one in held}) == 1
    assert len({one.descriptors for one in held}) == 1
    # A check that left a single object behind would add 60 in each hour of the second half.
    assert (
        max(one.objects for one in held[HOURS // 2 :])
        < max(one.objects for one in held[: HOURS // 2]) + 15 * HOURS
    )
