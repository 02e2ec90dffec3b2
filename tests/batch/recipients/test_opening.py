import os
from io import BytesIO
from pathlib import Path

import polars as pl
import pytest

from validator.batch.output.targets import check_targets, require_room_for_output, write_output
from validator.batch.planning.survey import known_after, known_of, survey
from validator.batch.recipients.job import Job, Order
from validator.batch.recipients.opening import open_job
from validator.errors import FileError, UsageError
from validator.phone import Accept
from validator.reports import NoProgress
from validator.tables import writing

ANN, BOB = 447_700_900_020, 447_700_900_021
LIST = f"name,phone\nAnn,+{ANN}\nBob,+{BOB}\nAnn,+{ANN}\n"


@pytest.fixture
def make_job(tmp_path):
    def make(text=LIST, name="leads.csv", **options):
        path = tmp_path / name
        path.write_text(text)
        chosen = {"output": tmp_path / "out.csv", "accept": Accept.POSSIBLE, "order": Order.INPUT} | options
        return Job(input=path, **chosen)

    return make


@pytest.fixture
def surveyed(ledger, now_ms):
    return lambda opened: survey(opened, ledger, now_ms=now_ms, progress=NoProgress())


def write(opened, surveyed, ledger, now_ms):
    known = known_of(surveyed.recipients, ledger, opened.job.max_age, now_ms)
    return write_output(opened, surveyed.recipients, known, lambda _: None)


def test_a_list_is_surveyed_and_written_back(make_job, surveyed, ledger, now_ms, tmp_path):
    opened = open_job(make_job(sendable=tmp_path / "send.csv"))
    found = surveyed(opened)

    counts = write(opened, found, ledger, now_ms)

    assert found.plan.todo.to_list() == [ANN, BOB]
    assert counts.verdicts == {"unknown": 3}
    assert (tmp_path / "out.csv").read_text().count("not_checked") == 3
    assert (tmp_path / "send.csv").read_text() == "name,phone,e164,whatsapp_id\n"


def test_what_the_ledger_knows_is_not_planned(make_job, surveyed, ledger, make_outcome):
    ledger.record(make_outcome(ANN))
    ledger.commit()

    assert surveyed(open_job(make_job())).plan.todo.to_list() == [BOB]


def test_what_is_known_is_kept_only_where_asking_nobody_cannot_change_it(
    make_job, surveyed, ledger, make_outcome, now_ms
):
    ledger.record(make_outcome(ANN))
    ledger.commit()
    opened = open_job(make_job())
    asks = surveyed(opened)
    ledger.record(make_outcome(BOB))
    ledger.commit()
    asks_nobody = surveyed(opened)

    assert (asks.known, asks_nobody.plan.todo.to_list()) == (None, [])
    for one in (asks, asks_nobody):
        known = known_after(one, opened.job, ledger, now_ms, NoProgress())
        assert known.frame["number"].to_list() == [ANN, BOB]


@pytest.mark.parametrize("accept", Accept)
def test_suppressed_people_are_not_planned_whatever_is_accepted(make_job, surveyed, tmp_path, accept):
    opted_out = tmp_path / "opted_out.csv"
    opted_out.write_text(f"mobile\n+{BOB}\n+447400123456\n")
    text = f"phone\n+{ANN}\n+{BOB}\n+447400123456\n"

    plan = surveyed(open_job(make_job(text, suppress=(opted_out,), accept=accept))).plan

    assert not {BOB, 447_400_123_456} & set(plan.todo)
    assert plan.offline["suppression_list"] >= 1


def test_a_suppression_list_nobody_of_which_can_be_read_stops_the_run(make_job, surveyed, tmp_path):
    opted_out = tmp_path / "opted_out.csv"
    opted_out.write_text("mobile\n07400 123456\n")

    with pytest.raises(
        FileError, match=r"no cell of column 'mobile' of .*opted_out.csv .* nobody .* --region"
    ):
        surveyed(open_job(make_job(suppress=(opted_out,))))


def test_rows_of_a_suppression_list_that_cannot_be_read_are_counted_in_the_plan(
    make_job, surveyed, tmp_path, caplog
):
    opted_out = tmp_path / "opted_out.csv"
    opted_out.write_text(f"mobile\n+{BOB}\n07400 123456\n")

    allowing = make_job(suppress=(opted_out,), suppress_unreadable="allow")

    assert surveyed(open_job(allowing)).plan.suppress_unreadable == 1
    assert "a row of" in caplog.text
    assert "123456" not in caplog.text


@pytest.mark.parametrize("text", ["name,phone\n", "name,phone"])
def test_a_header_without_rows_is_no_list(make_job, surveyed, text):
    with pytest.raises(FileError, match=r"leads.csv has a header and no rows; export the list again"):
        surveyed(open_job(make_job(text)))


def test_a_region_column_that_is_not_there_is_named_with_those_that_are(make_job):
    with pytest.raises(
        FileError, match=r"column 'land' not found in .*leads.csv; columns are: name, phone\. Choose"
    ):
        open_job(make_job(region_column="land"))


def test_a_clash_of_columns_is_found_before_anything_is_read(make_job):
    with pytest.raises(UsageError, match="--prefix"):
        open_job(make_job("phone,verdict\n+447700900020,x\n"))


def targets_of(job, **others):
    return {**job.targets, **{f"--{option}": path for option, path in others.items()}}


def test_targets_that_differ_and_can_be_written_pass(make_job, tmp_path):
    job = make_job(sendable=tmp_path / "send.csv")

    check_targets(targets_of(job, report=tmp_path / "r.html"), job, ledger=tmp_path / "l")

    assert sorted(path.name for path in tmp_path.iterdir()) == ["leads.csv"]


def link(kind, path, target):
    {"symlink": path.symlink_to, "hardlink": path.hardlink_to}[kind](target)
    return path


@pytest.mark.parametrize("kind", ["symlink", "hardlink"])
@pytest.mark.parametrize("option", ["output", "sendable"])
def test_a_target_that_is_the_input_by_another_name_is_refused(make_job, tmp_path, kind, option):
    job = make_job()
    other = link(kind, tmp_path / "other.csv", job.input)

    with pytest.raises(UsageError, match=f"--{option} .*other.csv is the input itself; name another file"):
        check_targets(targets_of(job, **{option: other}), job, ledger=tmp_path / "l")


def test_a_target_in_place_of_the_ledger_or_a_suppression_list_is_refused(make_job, tmp_path):
    kept = tmp_path / "kept"
    job = make_job(suppress=(kept,))

    with pytest.raises(UsageError, match="is a --suppress list itself"):
        check_targets({"--report": kept}, job, ledger=tmp_path / "l")
    with pytest.raises(UsageError, match="is the ledger itself"):
        check_targets({"--report": tmp_path / "l"}, job, ledger=tmp_path / "l")


def test_two_targets_in_one_file_are_refused(make_job, tmp_path):
    job = make_job(sendable=tmp_path / "out.csv")

    with pytest.raises(UsageError, match="--output and --sendable name the same file"):
        check_targets(job.targets, job, ledger=tmp_path / "l")


def test_standard_output_is_no_file_to_be_checked(make_job):
    assert make_job(output=BytesIO()).targets == {}


@pytest.mark.parametrize("change", ["rewritten", "replaced", "removed"])
def test_a_list_that_changes_while_it_is_asked_about_gets_no_verdicts_on_wrong_rows(
    *, make_job, surveyed, ledger, now_ms, tmp_path, change
):
    opened = open_job(make_job())
    found = surveyed(opened)
    path, other = opened.job.input, tmp_path / "other.csv"
    turned = f"name,phone\nBob,+{BOB}\nAnn,+{ANN}\nAnn,+{ANN}\n"
    match change:
        case "rewritten":
            path.write_text(turned)
            os.utime(path, ns=(1, 1))
        case "replaced":
            other.write_text(turned)
            other.replace(path)
        case _:
            path.unlink()

    with pytest.raises(FileError):
        write(opened, found, ledger, now_ms)

    assert not (tmp_path / "out.csv").exists()
    assert not list(tmp_path.glob(".validator*"))


def rewritten_unseen(path, content):
    """Write into a file in place, and set its time back."""
    seen = path.stat()
    assert len(content) == seen.st_size
    path.write_bytes(content)
    os.utime(path, ns=(seen.st_atime_ns, seen.st_mtime_ns))


@pytest.mark.parametrize("suffix", [".csv", ".csv.gz", ".ndjson", ".arrow"])
@pytest.mark.parametrize("to", ["file", "stream"])
def test_rows_that_hold_other_numbers_get_no_verdicts_though_size_and_time_are_the_same(
    *, surveyed, ledger, now_ms, tmp_path, suffix, to
):
    path, other = tmp_path / f"leads{suffix}", tmp_path / f"other{suffix}"
    for place, numbers in ((path, [ANN, BOB, None]), (other, [BOB, ANN, None])):
        frame = pl.DataFrame(
            {"name": ["Ann", "Bob", "Cy"], "phone": [number and f"+{number}" for number in numbers]}
        )
        with writing(place, schema=frame.schema, like=None) as writer:
            writer.write(frame)
    target = BytesIO() if to == "stream" else tmp_path / "out.csv"
    opened = open_job(Job(input=path, output=target, accept=Accept.POSSIBLE))
    found = surveyed(opened)
    rewritten_unseen(path, other.read_bytes())

    with pytest.raises(FileError, match="was changed while the run went on"):
        write(opened, found, ledger, now_ms)

    assert b"Ann" not in target.getvalue() if to == "stream" else not target.exists()


@pytest.mark.parametrize("touch", ["mode", "link", "names"])
def test_a_list_that_is_touched_and_holds_the_same_numbers_is_written(
    *, make_job, surveyed, ledger, now_ms, tmp_path, touch
):
    opened = open_job(make_job())
    found = surveyed(opened)
    match touch:
        case "mode":
            opened.job.input.chmod(0o640)
        case "link":
            (tmp_path / "backup.csv").hardlink_to(opened.job.input)
        case _:
            rewritten_unseen(opened.job.input, LIST.replace("Ann", "Eve").encode())

    write(opened, found, ledger, now_ms)

    assert (tmp_path / "out.csv").read_text().count("not_checked") == 3


def test_a_list_that_changes_after_its_last_row_was_read_again_is_noticed_too(make_job):
    opened = open_job(make_job())
    rows = opened.rows(cells=True)
    next(rows)
    os.utime(opened.job.input, ns=(1, 1))

    with pytest.raises(
        FileError, match=r"leads.csv was changed while the run went on, so no output was written"
    ):
        next(rows)


def test_parquet_comes_back_as_parquet(tmp_path, surveyed, ledger, now_ms):
    pl.DataFrame({"phone": [f"+{ANN}"]}).write_parquet(tmp_path / "in.parquet")
    opened = open_job(
        Job(input=tmp_path / "in.parquet", output=tmp_path / "out.parquet", accept=Accept.POSSIBLE)
    )

    write(opened, surveyed(opened), ledger, now_ms)

    assert pl.read_parquet(tmp_path / "out.parquet")["e164"].to_list() == [f"+{ANN}"]


def make_large(path):
    """Make a list a terabyte long, of which the disk holds a line."""
    os.truncate(path, 2**40)


def test_an_output_that_cannot_fit_is_refused_before_anything_is_asked(make_job):
    opened = open_job(make_job())
    require_room_for_output(opened)
    make_large(opened.job.input)

    with pytest.raises(FileError, match=r"will be of 549,755\.8 MB or more, and its disk has room for"):
        require_room_for_output(opened)


@pytest.mark.parametrize("output", [BytesIO(), Path("out.parquet"), Path("out.csv.gz")])
def test_where_the_length_cannot_be_told_nothing_is_refused(make_job, output):
    opened = open_job(make_job(output=output))
    make_large(opened.job.input)

    require_room_for_output(opened)
