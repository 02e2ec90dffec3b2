import math

from validator.pacing import NoBudget


def test_without_a_limit_everything_starts_at_once():
    budget = NoBudget()

    for _ in range(1000):
        assert budget.ready_at(5.0, 1000) == 5.0
        budget.start(5.0)

    report = budget.report(5.0)
    assert (report.limit_per_min, report.told_by, report.rate_per_min) == (None, "none", math.inf)
    assert (report.started, report.used_per_min) == (1000, 1000)
