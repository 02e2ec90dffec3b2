"""Compressed lists: read by what they are, written by what they are called, and never trusted."""

import gzip
import sys

import pytest

from validator.errors import FileError
from validator.tables import format_of, open_table, writing

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

LIST = b"name,phone\nAnn,+447700900001\nZo\xc3\xab,+447700900002\n"
ROWS = [("Ann", "+447700900001"), ("Zoë", "+447700900002")]
CHECKED = {zstd.CompressionParameter.checksum_flag: 1}
PACK = {"gz": gzip.compress, "zst": lambda data: zstd.compress(data, options=CHECKED)}
PACKED = pytest.mark.parametrize("packed", PACK)


def rows(path):
    return [row for batch in open_table(path).batches() for row in batch.rows()]


def copy(source, target):
    table = open_table(source)
    with writing(target, schema=table.schema, like=table) as writer:
        for batch in table.batches():
            writer.write(batch)


@PACKED
def test_a_file_is_unpacked_whatever_it_is_called(listed, packed):
    assert rows(listed(PACK[packed](LIST), "leads.csv")) == ROWS
    assert rows(listed(PACK[packed](LIST), f"leads.csv.{packed}")) == ROWS


def test_a_file_that_somebody_unpacked_and_left_its_name_is_read(listed):
    assert rows(listed(LIST, "leads.csv.gz")) == ROWS


@PACKED
def test_parts_that_were_packed_one_after_another_are_one_list(listed, packed):
    parts = PACK[packed](LIST[:20]) + PACK[packed](b"") + PACK[packed](LIST[20:])
    assert rows(listed(parts, f"leads.csv.{packed}")) == ROWS


@pytest.mark.parametrize("name", ["out.csv.gz", "out.csv.zst", "OUT.CSV.GZ"])
def test_an_output_is_packed_as_its_name_says(listed, tmp_path, name):
    copy(listed(LIST), tmp_path / name)
    content = (tmp_path / name).read_bytes()
    assert content != LIST
    assert (zstd.decompress if name.endswith("zst") else gzip.decompress)(content) == LIST


def test_an_output_that_is_not_called_packed_is_not(listed, tmp_path):
    copy(listed(gzip.compress(LIST), "leads.csv.gz"), tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_bytes() == LIST


def test_the_same_list_makes_the_same_file(listed, tmp_path):
    for name in ("a.csv.gz", "b.csv.gz"):
        copy(listed(LIST), tmp_path / name)
    assert (tmp_path / "a.csv.gz").read_bytes() == (tmp_path / "b.csv.gz").read_bytes()


def test_tabs_are_told_by_the_name_before_the_packing(listed, tmp_path):
    copy(listed(LIST), tmp_path / "out.tsv.gz")
    assert gzip.decompress((tmp_path / "out.tsv.gz").read_bytes()).startswith(b"name\tphone\n")


@PACKED
@pytest.mark.parametrize("cut", [0.5, 0.9])
def test_a_file_that_was_cut_off_is_named(listed, packed, cut):
    whole = PACK[packed](LIST * 50)
    path = listed(whole[: int(len(whole) * cut)], f"leads.csv.{packed}")
    with pytest.raises(
        FileError, match=r"leads.csv.* is damaged where it is compressed \(.*; copy or export"
    ):
        rows(path)


@PACKED
def test_a_damaged_file_is_named(listed, packed):
    damaged = bytearray(PACK[packed](LIST * 50))
    damaged[20:24] = b"\0\xff\0\xff"
    with pytest.raises(FileError, match="is damaged where it is compressed"):
        rows(listed(bytes(damaged), f"leads.csv.{packed}"))


def test_a_packed_output_has_a_checksum(listed, tmp_path):
    copy(listed(LIST), tmp_path / "out.csv.zst")
    damaged = bytearray((tmp_path / "out.csv.zst").read_bytes())
    damaged[-1] ^= 1
    (tmp_path / "out.csv.zst").write_bytes(damaged)
    with pytest.raises(FileError, match="is damaged where it is compressed"):
        rows(tmp_path / "out.csv.zst")


@PACKED
def test_a_file_packed_twice_says_so(listed, packed):
    with pytest.raises(FileError, match="is compressed twice; unpack it once"):
        rows(listed(PACK[packed](PACK[packed](LIST)), f"leads.csv.{packed}"))


@pytest.mark.slow
@PACKED
def test_a_bomb_is_refused_before_it_is_unpacked(listed, packed):
    line = b"Ann,+447700900001\n"
    path = listed(PACK[packed](b"name,phone\n" + line * (70_000_000 // len(line))), f"leads.csv.{packed}")
    with pytest.raises(FileError, match=r"unpacks to more than 200 times its size, .* unpack it yourself"):
        open_table(path)


def test_a_frame_that_asks_for_too_much_memory_is_refused(listed):
    window = {zstd.CompressionParameter.window_log: 31}
    packer = zstd.ZstdCompressor(options=window)
    path = listed(packer.compress(LIST * 1000) + packer.flush(), "leads.csv.zst")
    with pytest.raises(FileError, match="requires too much memory"):
        open_table(path)


@pytest.mark.parametrize("name", ["leads.parquet.gz", "leads.gz"])
def test_a_name_that_packs_what_cannot_be_tells_no_format_and_the_content_does(listed, name):
    assert format_of(listed(gzip.compress(LIST), name)) == "csv"


def test_parquet_is_not_packed_once_more(listed, tmp_path):
    table = open_table(listed(LIST))
    with (
        pytest.raises(FileError, match=r"out.csv.gz cannot be parquet, which compresses .*; leave out .gz"),
        writing(tmp_path / "out.csv.gz", schema=table.schema, like=table, format="parquet"),
    ):
        pass


@pytest.mark.slow
def test_a_long_list_is_sampled_from_end_to_end(listed):
    lines = "".join(f"{n:07d},Zoë {n * 7919 % 1_000_003}\n" for n in range(80_000))
    for packed, pack in PACK.items():
        sample = open_table(listed(pack(("id,name\n" + lines).encode()), f"leads.csv.{packed}")).sample()
        assert 100 < sample.height <= 500
        assert sample["id"].is_sorted()
        assert sample["id"].min() < "0008000"
        assert sample["id"].max() > "0070000"
