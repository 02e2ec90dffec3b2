"""Whatever goes wrong, and wherever a run is cut off: the next ones end where one without it would have."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.batch.laboratory import Laboratory, numbers_of

COUNT = 40
FAULTS = ("500", "429", "html", "wrong_number", "null_flag", "truncated", "reset", "cut", "slow", "empty")

shares = st.sampled_from([0.05, 0.1, 0.2])
mixes = st.dictionaries(st.sampled_from(FAULTS), shares, max_size=3)


def decide_all(lab, numbers, *, kills=(), seed=0):
    """Run, cut off after each of `kills` seconds and then not at all, until nothing is missing.

    Nobody whose verdict was in the ledger before a run may be asked in it.
    """
    for kill_after_s in [*kills, *[None] * 20]:
        decided, calls = lab.decided() if lab.ledger_path.exists() else set(), lab.calls()
        missing = [number for number in numbers if number not in decided]
        if not missing:
            return
        lab.ask(missing, concurrency=4, seed=seed, kill_after_s=kill_after_s)
        asked_again = {n for n in decided if lab.calls()[f"+{n}"] != calls[f"+{n}"]}
        assert not asked_again
    pytest.fail("twenty runs did not decide every number")


@pytest.mark.slow
@settings(
    max_examples=15,
    suppress_health_check=[*settings.default.suppress_health_check, HealthCheck.function_scoped_fixture],
)
@given(
    faults=mixes,
    seed=st.integers(0, 2**32),
    kills=st.lists(st.floats(0.01, 4), min_size=1, max_size=3),
    latency_ms=st.sampled_from([0, 20, 300]),
)
def test_a_run_that_is_cut_off_and_resumed_ends_as_if_it_had_not_been(
    tmp_path_factory, faults, seed, kills, latency_ms
):
    numbers = list(numbers_of(COUNT))
    words = [f"{word}={share}" for word, share in faults.items()]
    whole, broken = (
        Laboratory.build(tmp_path_factory.mktemp("run"), *words, seed=seed, latency_ms=latency_ms)
        for _ in range(2)
    )

    decide_all(whole, numbers, seed=seed)
    decide_all(broken, numbers, kills=kills, seed=seed)

    assert broken.verdicts() == whole.verdicts()
    assert broken.decided() == set(numbers)
