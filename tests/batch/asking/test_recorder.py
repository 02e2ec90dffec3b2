import anyio
import pytest

from validator.batch.asking.recorder import GROUP_S, SLOW_GROUP_S, SMALL_GROUP, Recorder
from validator.errors import LedgerError
from validator.model import SessionRef


class Journal:
    """Keeps what it is given, and notes when each group was made durable."""

    def __init__(self, fails_at=None):
        self.open, self.spent, self.groups = [], [], []
        self._fails_at = fails_at

    def record(self, outcome):
        self.open.append(outcome)

    def note_attempts(self, session, count, now_ms):
        self.spent.append((session, count, now_ms))

    def commit(self):
        if len(self.groups) == self._fails_at:
            raise LedgerError("the disk is full")
        self.groups.append((anyio.current_time(), tuple(self.open)))
        self.open.clear()
        return len(self.groups[-1][1])


@pytest.fixture
def record(virtual):
    """Run a scenario with a recorder at work; return its journal and what it reported, with times."""

    def run(scenario, journal=None):
        journal, reported = journal or Journal(), []

        async def main():
            recorder = Recorder(
                journal,
                on_durable=lambda group: reported.append(
                    (anyio.current_time(), list(group), len(journal.groups))
                ),
                now_ms=lambda: 42,
            )
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(recorder.run)
                await scenario(recorder)
                tasks.cancel_scope.cancel()

        virtual(main)
        return journal, reported

    return run


def test_a_group_of_many_outcomes_is_one_commit_within_50_ms(record, make_outcome):
    outcomes = [make_outcome(447_700_900_020 + place) for place in range(100)]

    async def scenario(recorder):
        for outcome in outcomes:
            recorder.add(outcome)
            await anyio.sleep(GROUP_S / 200)
        await anyio.sleep(1)

    journal, reported = record(scenario)

    [(committed_at, group)] = journal.groups
    assert group == tuple(outcomes)
    assert committed_at <= GROUP_S
    assert [(group, commits) for _, group, commits in reported] == [(outcomes, 1)]


def test_what_comes_after_a_commit_is_a_group_of_its_own(record, make_outcome):
    async def scenario(recorder):
        recorder.add(make_outcome())
        await anyio.sleep(2 * SLOW_GROUP_S)
        recorder.add(make_outcome())
        await anyio.sleep(2 * SLOW_GROUP_S)

    journal, _ = record(scenario)

    assert [len(group) for _, group in journal.groups] == [1, 1]


@pytest.mark.parametrize(("outcomes", "at_s"), [(1, SLOW_GROUP_S), (SMALL_GROUP, GROUP_S)])
def test_a_group_that_is_small_may_grow_for_longer(record, make_outcome, outcomes, at_s):
    async def scenario(recorder):
        for place in range(outcomes):
            recorder.add(make_outcome(447_700_900_020 + place))
        await anyio.sleep(1)

    journal, _ = record(scenario)

    [(committed_at, group)] = journal.groups
    assert (committed_at, len(group)) == (pytest.approx(at_s), outcomes)


def test_a_group_is_written_by_number_and_a_numbers_own_in_turn(record, make_outcome):
    outcomes = [make_outcome(447_700_900_020 + place) for place in (2, 0, 1, 0)]

    async def scenario(recorder):
        for outcome in outcomes:
            recorder.add(outcome)
        await anyio.sleep(1)

    journal, _ = record(scenario)

    [(_, group)] = journal.groups
    assert [id(outcome) for outcome in group] == [id(outcomes[place]) for place in (1, 3, 2, 0)]


def test_nothing_is_reported_before_it_is_durable(record, make_outcome):
    async def scenario(recorder):
        recorder.add(make_outcome())
        await anyio.sleep(GROUP_S / 2)
        assert reported_so_far() == []
        await anyio.sleep(SLOW_GROUP_S)

    journal = Journal()

    def reported_so_far():
        return journal.groups

    _, reported = record(scenario, journal)

    assert [commits for _, _, commits in reported] == [1]


def test_an_idle_recorder_commits_nothing(record):
    async def scenario(recorder):
        await anyio.sleep(60)
        recorder.flush()

    journal, reported = record(scenario)

    assert (journal.groups, reported) == ([], [])


def test_attempts_are_noted_by_session_with_the_time_of_day(record):
    async def scenario(recorder):
        for session in ("a", "b", "a"):
            recorder.add_attempts(SessionRef("sendapi", session), 1)
        await anyio.sleep(1)

    journal, reported = record(scenario)

    assert journal.spent == [(SessionRef("sendapi", "a"), 2, 42), (SessionRef("sendapi", "b"), 1, 42)]
    assert [group for _, group, _ in reported] == [[]]


def test_flush_makes_durable_at_once(record, make_outcome):
    async def scenario(recorder):
        recorder.add(make_outcome())
        recorder.flush()

    journal, reported = record(scenario)

    assert [at for at, _ in journal.groups] == [0]
    assert len(reported) == 1


def test_an_error_of_the_journal_passes_through_and_is_the_last_word(record, make_outcome):
    reached = []

    async def scenario(recorder):
        recorder.add(make_outcome())
        try:
            await anyio.sleep(1)
        finally:
            recorder.add(make_outcome())
            recorder.flush()
            reached.append("the end")

    journal = Journal(fails_at=0)
    with pytest.raises(ExceptionGroup) as caught:
        record(scenario, journal)

    [failure] = caught.value.exceptions
    assert str(failure) == "the disk is full"
    assert (journal.groups, reached) == ([], ["the end"])
