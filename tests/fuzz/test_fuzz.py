"""Every parser of what others write, fed with what they might: no wrong answer, no stray error, no hang.

The short form is part of the suite. The long one, `make fuzz`, asks for more with the environment:
`FUZZ_INPUTS` for each parser, from `FUZZ_SEED`, for `FUZZ_SECONDS` at most. A failure names the seed and the
turn that repeat it.
"""

import os
import random
import resource
import sys
import time

import pytest

from tests.support.fuzz.parsers import PARSERS

SEED = os.environ.get("FUZZ_SEED", "0")
INPUTS = int(os.environ.get("FUZZ_INPUTS", "0"))
SECONDS = float(os.environ.get("FUZZ_SECONDS", "inf"))

# Of the processor, for what is fed at once: an input that takes a parser minutes goes beyond it.
MAX_TURN_S = 5.0
MAX_GROWTH_MB = 96
WARM_UP_INPUTS = 5_000


def fed(parser, turn, folder):
    """Feed what belongs to a turn, and return the seconds of processor that it took."""
    rng = random.Random(f"{parser.name}/{SEED}/{turn}")
    inputs = parser.draw(rng)
    begun = time.process_time()
    try:
        parser.feed(inputs, rng, folder)
    except Exception as error:
        shown = inputs[0][:1_000] if len(inputs) == 1 else "a column of cells"
        error.add_note(f"{parser.name}: FUZZ_SEED={SEED}, turn {turn}: {shown!r}")
        raise
    return time.process_time() - begun


def peak_mb():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@pytest.mark.slow
@pytest.mark.parametrize("parser", PARSERS, ids=lambda parser: parser.name)
def test_no_input_breaks_a_parser(parser, tmp_path, capsys):
    turns = -(-(INPUTS or parser.few) // parser.at_once)
    ends = time.monotonic() + SECONDS
    before_mb = slowest_s = all_s = 0.0
    turn = -1
    while (turn := turn + 1) < turns and time.monotonic() < ends:
        took_s = fed(parser, turn, tmp_path)
        slowest_s, all_s = max(slowest_s, took_s), all_s + took_s
        if turn * parser.at_once <= WARM_UP_INPUTS:
            before_mb = peak_mb()
    grown_mb = peak_mb() - before_mb

    if INPUTS:
        with capsys.disabled():
            sys.stdout.write(
                f"\n{parser.name}: {turn * parser.at_once:,} inputs, {all_s:.0f} s of processor, "
                f"slowest {slowest_s:.2f} s, {peak_mb():.0f} MB at most, {grown_mb:+.0f} MB\n"
            )
    assert slowest_s < MAX_TURN_S
    assert grown_mb < MAX_GROWTH_MB
