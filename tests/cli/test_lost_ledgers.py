"""A ledger that goes away while a check runs: never exit 0, and nothing that was found out is lost."""

import shutil

import pytest

from tests.support.cli.constants import PLAIN
from validator.ledger import open_ledger, read

NUMBERS = [f"+4477009000{place}" for place in range(30, 60)]


@pytest.fixture
def losing(provider, stage):
    """Let something happen when so many requests have come."""

    def lose(after, loss):
        app, came = provider(registered_share=1.0), iter(range(1, 1_000))

        async def serve(*exchange):
            if next(came) == after:
                loss()
            await app(*exchange)

        stage[0].app = serve
        return app

    return lose


@pytest.mark.slow
@pytest.mark.parametrize("after", [2, 15, 31])
@pytest.mark.parametrize("loss", ["deleted", "replaced", "folder"])
def test_a_ledger_that_goes_away_ends_the_run_and_is_saved(*, losing, run, listed, ledger_path, loss, after):
    def lose():
        match loss:
            case "deleted":
                ledger_path.unlink()
            case "folder":
                shutil.rmtree(ledger_path.parent)
            case _:
                other = ledger_path.with_name("other")
                open_ledger(other, holder="pytest").close()
                other.replace(ledger_path)

    app = losing(after, lose)

    done = run("check", listed("phone\n" + "\n".join(NUMBERS) + "\n"), *PLAIN, "-q", "--concurrency", "1")

    (saved,) = ledger_path.parent.glob("*.saved-*")
    assert done.code == 3
    assert str(saved) in done.err
    with read(saved) as reader:
        known = sum(len(rows) for rows in reader.known())
    # One was in flight, and the answer to one more may have come while the loss was found out.
    assert 0 <= sum(app.log.calls(number) > 0 for number in NUMBERS) - known <= 2
