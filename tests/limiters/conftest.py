"""Real limiters on loopback, and all runs through them at once: they wait for the most part.

What has to be there is told by the reason of a skipped test. Where CI is set nothing is skipped: it fails.
"""

import os
from concurrent.futures import ThreadPoolExecutor

import pytest
from limited_check import SANDBOX, run_case
from processes import sandbox
from rate_limiters import missing

from tests.support.limiters.short_runs import ALL


@pytest.fixture(scope="session")
def runs(tmp_path_factory):
    """Start every run whose limiter is installed; return what is to come of each, by name."""
    folder = tmp_path_factory.mktemp("limiters")
    with sandbox(*SANDBOX) as upstream, ThreadPoolExecutor(len(ALL)) as executor:
        yield {
            name: executor.submit(run_case, case, upstream_url=upstream.url, folder=folder / str(place))
            for place, (name, case) in enumerate(ALL.items())
            if not missing(case.limiter.kind)
        }


@pytest.fixture
def run(request):
    """The run that the test names."""
    what = missing(ALL[request.param].limiter.kind)
    if what and os.environ.get("CI"):
        pytest.fail(what)
    if what:
        pytest.skip(what)
    return request.getfixturevalue("runs")[request.param].result()
