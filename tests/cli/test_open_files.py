"""A low limit of open files: fewer connections, or one line that names it; never a run that hangs."""

import subprocess
import sys

import pytest

from tests.support import commands
from tests.support.cli.constants import PLAIN

MANY = "phone\n" + "".join(f"+4477009{place:05}\n" for place in range(20, 60))
CHECK = ("check", "leads.csv", *PLAIN, "--rate", "none")

pytestmark = pytest.mark.slow


@pytest.fixture
def limited():
    """Run the command line in a process that may open so many files."""

    def run(files, *words):
        prelude = f"import resource; resource.setrlimit(resource.RLIMIT_NOFILE, ({files}, {files}))"
        return commands.run(words, prelude=prelude, capture_output=True, text=True, timeout=60)

    return run


@pytest.mark.parametrize("files", [12, 20, 31])
@pytest.mark.parametrize("words", [CHECK, ("lookup", "+447700900001", *PLAIN)], ids=["check", "lookup"])
def test_too_few_files_are_said_in_one_line_before_anything_is_asked(provider, listed, limited, files, words):
    app = provider()
    listed(MANY)

    done = limited(files, *words)

    assert (done.returncode, app.log.requests) == (2, 0)
    assert done.stderr == (
        f"validator: this process may open {files} files, too few for a run; raise the limit with "
        "`ulimit -n 1024`\n"
    )


@pytest.mark.parametrize("files", [36, 64])
def test_few_files_mean_fewer_connections_and_every_number_is_asked(provider, listed, limited, files):
    app = provider(plan="unlimited", latency_ms=20)
    listed(MANY)

    done = limited(files, *CHECK)

    assert done.returncode == 0, done.stderr
    assert set(app.log.numbers.values()) == {1}
    assert f"the limit of open files (ulimit -n) is {files}: at most " in done.stderr


def test_a_low_limit_is_raised_where_the_system_allows_it(provider, listed):
    provider(plan="unlimited")
    listed(MANY)
    script = 'ulimit -S -n 40; exec "$0" -m validator "$@"'
    command = ["sh", "-c", script, sys.executable, *CHECK]

    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    assert (done.returncode, "ulimit" in done.stderr) == (0, False)
