"""`reading.read` for whole columns, as far as the answers are certain without reading cell by cell.

The steps are the same: the cell as it stands; if that is not a valid number, the second chances; then whether
there may be two numbers in it. If one of these steps is not certain, the answer is `UNDECIDED`.
"""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

import polars as pl

from validator.model import Reason
from validator.phone import answers
from validator.phone.bulk.classify import shapes
from validator.phone.bulk.frames import beside, kept, places, together, where
from validator.phone.bulk.lookup import look_up
from validator.phone.bulk.respelling import respelt
from validator.phone.bulk.second_chances import with_plus, with_unmistakable, without_zero_in_brackets
from validator.phone.bulk.several import MAY_BE_TWO, doubtful_parts, parts, several
from validator.phone.cell.reading import Accept

if TYPE_CHECKING:
    from validator.phone.bulk.first_look import FirstLook
    from validator.phone.bulk.range_cache import RangeIndex

_UNDECIDED = pl.lit(answers.UNDECIDED, answers.ANSWER)
_ANSWER = pl.col("answer")
_DECIDED = ["row", "answer", "number"]
# The columns on which the parts of a cell depend, and its review.
_TEXT_AND_PLAN = ["text", "plan"]
_KEY = [*_TEXT_AND_PLAN, "firm"]
# Finding repeated cells and joining the results costs as much as reviewing this share of the cells.
_WORTH_REVIEWING_ONCE = 0.2


def decide(cells: pl.DataFrame, look: FirstLook, accept: Accept, index: RangeIndex) -> pl.DataFrame:
    """Return `answer` and `number` of each cell, in order; `UNDECIDED` if it has to be read by itself.

    Adds how a cell of digits is written (`answers.WRITTEN`).

    Args:
        cells: `text` (String, without white space around it) and `region` (Enum, or null).
        look: the first look at them. Its dressed cells may have another text or region by now.
        accept: as in `reading.read`.
        index: the range tables; it adds those that are needed.
    """
    shaped = shapes(cells, look)
    dialled = shaped.dialled.with_row_index("at").with_columns_seq(known=True)
    long = _written(where(dialled, MAY_BE_TWO & pl.col("firm")), cells, shaped.spelt)
    doubtful = doubtful_parts(long.unique(_TEXT_AND_PLAN, maintain_order=True))
    dialled, of_parts, of_doubtful = _asked([dialled, parts(shaped.parted), doubtful], index)
    held = several(of_parts)
    held = held.with_columns_seq(shaped.parted["row"].gather(held["at"]))
    open_and_firm = _doubted(where(dialled, ~_is_closed() & pl.col("firm")), long, several(of_doubtful))
    reviewed = _reviewed(_written(open_and_firm.drop("at"), cells, shaped.spelt), index)
    others = together(shaped.settled, *(some[_DECIDED] for some in (held, reviewed)))
    spread = _spread(dialled, cells.height)
    whole = answers.put(spread, others["row"], others)
    whole = _without_stray(whole, look.stray)
    whole = whole if accept is Accept.POSSIBLE else whole.with_columns_seq(answer=_if_in_plan())
    return whole.hstack(spread.select_seq(answers.WRITTEN.names()))


def _doubted(cells: pl.DataFrame, long: pl.DataFrame, doubtful: pl.DataFrame) -> pl.DataFrame:
    """Put in the answers for long cells that hold several numbers: of equal cells, the first has it."""
    if doubtful.is_empty():
        return cells
    long = long.select_seq("at", *_TEXT_AND_PLAN)
    each = long.join(doubtful, on="at").drop("at")
    found = long.join(each, on=_TEXT_AND_PLAN, nulls_equal=True)
    found = kept(found, found["at"].is_in(cells["at"].implode()))
    return beside(cells, *answers.put(cells, cells["at"].search_sorted(found["at"]), found))


def _without_stray(whole: pl.DataFrame, stray: pl.Series) -> pl.DataFrame:
    """Leave valid numbers undecided in rows whose last digit may belong to something else."""
    valid = whole["answer"].gather(stray) >= answers.FIRST_VALID
    return beside(whole, whole["answer"].scatter(stray.filter(valid), answers.UNDECIDED))


def _spread(dialled: pl.DataFrame, rows: int) -> pl.DataFrame:
    """Return `answer`, `number` and the written form of all rows; rows not looked up are undecided."""
    answer = pl.when(_is_closed()).then(_ANSWER).otherwise(_UNDECIDED)
    written = (pl.when(~pl.col("keyed")).then(name).alias(name) for name in answers.WRITTEN)
    said = dialled.select_seq(answer, "number", *written)
    # Gathering takes a fraction of the time of scattering.
    return said[places(dialled["row"], rows)].with_columns_seq(pl.col("answer", "number").fill_null(0))


def _asked(frames: list[pl.DataFrame], index: RangeIndex) -> list[pl.DataFrame]:
    """Return the frames with `answer` and `number`, after looking up all of them at once."""
    questions = together(*(frame[["plus", "plan", "digits", "value", "known"]] for frame in frames))
    answer = pl.when(questions["known"]).then("answer").otherwise(_UNDECIDED)
    answered = look_up(questions, index).with_columns_seq(answer.alias("answer"))
    ends = accumulate(frame.height for frame in frames)
    return [
        frame.hstack(answered.slice(end - frame.height, frame.height))
        for frame, end in zip(frames, ends, strict=True)
    ]


def _written(rows: pl.DataFrame, cells: pl.DataFrame, spelt: pl.DataFrame) -> pl.DataFrame:
    """Add `text` and `core`; both are the cell itself if it was looked up unchanged."""
    came, place = cells["text"][rows["row"]], places(spelt["row"], cells.height)[rows["row"]]
    return rows.hstack(spelt[["text", "core"]][place]).with_columns_seq(
        pl.col("text", "core").fill_null(came)
    )


def _is_closed() -> pl.Expr:
    return (_ANSWER >= answers.FIRST_VALID) | (_ANSWER == answers.UNDECIDED)


def _if_in_plan() -> pl.Expr:
    possible = _ANSWER.is_between(answers.FIRST_LINE, answers.FIRST_VALID, closed="left")
    not_in_plan = pl.lit(answers.of(Reason.NOT_IN_PLAN), answers.ANSWER)
    return pl.when(possible).then(not_in_plan).otherwise(_ANSWER)


def _reviewed(cells: pl.DataFrame, index: RangeIndex) -> pl.DataFrame:
    """Do `reading.read_unwrapped` if the first answer is not a valid number; once for repeated cells."""
    if cells.is_empty() or cells["text"].n_unique() > (1 - _WORTH_REVIEWING_ONCE) * cells.height:
        return _reviewed_each(cells, index)
    distinct = cells.unique(_KEY, maintain_order=True)
    found = _reviewed_each(distinct, index).drop("row").hstack(distinct[_KEY])
    return cells.select_seq("row", *_KEY).join(found, on=_KEY, how="left", nulls_equal=True)


def _reviewed_each(cells: pl.DataFrame, index: RangeIndex) -> pl.DataFrame:
    """Return `row`, `answer` and `number` of every cell, in order."""
    found = cells[_DECIDED]
    if cells.is_empty():
        return found
    asking = with_unmistakable(cells).with_row_index("at")
    chances = _asked([part(asking) for part in (respelt, with_plus, without_zero_in_brackets)], index)
    # The order is reversed: what is tried first there is put last here, and replaces the others.
    for others in (where(chance, _is_closed()) for chance in chances):
        found = answers.put(found, others["at"], others)
    return found.insert_column(0, cells["row"])
