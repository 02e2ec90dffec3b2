import pytest

from validator.batch.open_files import LEAST_LIMIT, SPARE, connections_within_limit, fitting
from validator.errors import UsageError


@pytest.mark.parametrize(
    ("wanted", "keys", "limit", "fits"),
    [
        (256, 1, 1024, 256),
        (256, 1, 64, 64 - 10 - SPARE),
        (4, 1, 64, 4),
        (256, 2, 100, 39),
        (256, 80, 1024, 12),
    ],
)
def test_no_more_connections_than_the_limit_of_open_files_has_room_for(wanted, keys, limit, fits):
    assert fitting(wanted, keys, limit, open_now=10) == fits


@pytest.mark.parametrize(("limit", "keys"), [(16, 1), (22, 1), (23, 2), (100, 80)])
def test_a_limit_without_room_for_one_is_named_with_the_remedy(limit, keys):
    with pytest.raises(UsageError, match=rf"may open {limit} files, too few .* `ulimit -n 1024`"):
        fitting(256, keys, limit, open_now=10)


def test_this_process_has_room(resource_limit):
    resource_limit(4096)

    assert connections_within_limit(8) == 8


@pytest.fixture
def resource_limit():
    """Set the limit of open files for a test; the one there was comes back."""
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)

    def limit(files):
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(files, hard), hard))

    yield limit
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_the_least_limit_leaves_room_for_the_program():
    assert fitting(256, 1, LEAST_LIMIT, open_now=16) >= 1
