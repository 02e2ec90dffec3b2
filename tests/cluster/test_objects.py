"""Lists whose parts are in an object store, and whose outputs go into one."""

import json
from collections import Counter

import pytest

from tests.support.cli.object_store import serving_objects
from validator.batch.stage import LOOKING_UP
from validator.cluster.parts import Part, sha256_of
from validator.errors import FileError
from validator.model import ObjectUrl

pytestmark = pytest.mark.slow

MIB = 1 << 20
# A part is fetched to look at it, for its evidence, for its numbers, and to write it.
TIMES_READ = 4


@pytest.fixture
def store(monkeypatch):
    with serving_objects(monkeypatch) as serving:
        yield serving


@pytest.fixture
def over_objects(finished, store):
    """The runs over the parts of `finished`, now as objects; everything about their numbers is known."""
    cluster, paths, _ = finished
    urls = [ObjectUrl(f"s3://bucket/lists/{path.name}") for path in paths]
    for path in paths:
        store.objects[f"/bucket/lists/{path.name}"] = path.read_bytes()
    here, cluster.folder = cluster.folder, ObjectUrl("s3://bucket/checked")
    yield cluster, urls, here
    cluster.folder = here


def test_outputs_in_an_object_store_are_those_in_a_folder(over_objects, store):
    cluster, urls, here = over_objects

    summary = cluster.check(urls)

    assert (summary.exit_code, summary.asked, summary.rows) == (0, 0, 600)
    assert Counter(path for path, _ in store.asked)["/bucket/lists/part-0.csv"] == TIMES_READ
    names = [f"part-{place}.checked.csv" for place in range(3)]
    for name in names:
        assert store.objects[f"/bucket/checked/{name}"] == (here / name).read_bytes()
    manifest = json.loads(store.objects["/bucket/checked/manifest.json"])
    assert [part["input"] for part in manifest["parts"]] == [str(url) for url in urls]
    assert [part["output"] for part in manifest["parts"]] == names
    assert [part["sha256"] for part in manifest["parts"]] == [sha256_of(here / name) for name in names]
    assert all(credentials.startswith("AWS4-HMAC-SHA256") for _, credentials in store.asked)


def test_a_part_that_may_not_be_written_ends_the_run_and_is_written_by_the_next(over_objects, store):
    cluster, urls, _ = over_objects
    store.objects["/bucket/checked/part-1.checked.csv"] = None

    with pytest.raises(FileError, match=r"part-1\.checked\.csv may not be written with the credentials"):
        cluster.check(urls)
    assert "/bucket/checked/manifest.json" not in store.objects

    del store.objects["/bucket/checked/part-1.checked.csv"]
    assert (cluster.check(urls).asked, len(store.objects)) == (0, 3 + 3 + 1)


def test_an_object_that_changed_since_it_was_read_gets_no_output(over_objects, store):
    cluster, urls, _ = over_objects

    def change(state):
        if state.phase == LOOKING_UP:
            store.objects["/bucket/lists/part-2.csv"] = b"name,phone\nAnn,07400 123456\n"

    with pytest.raises(FileError, match=r"part-2\.csv was changed while the run went on"):
        cluster.check(urls, on_state=change)
    assert "/bucket/checked/part-2.checked.csv" not in store.objects


def test_a_large_output_arrives_whole(store):
    part = Part(ObjectUrl("s3://bucket/a.csv"), ObjectUrl("s3://bucket/out/a.csv"))
    content = b"".join(place.to_bytes(4, "big") for place in range(4 * MIB))

    with part.written("a.csv") as path:
        path.write_bytes(content)

    assert store.objects["/bucket/out/a.csv"] == content


def test_an_output_that_fails_is_not_uploaded(store):
    part = Part(ObjectUrl("s3://bucket/a.csv"), ObjectUrl("s3://bucket/out/a.csv"))

    def fail():
        with part.written("a.csv") as path:
            path.write_bytes(b"half of")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert not store.objects
