"""Every parser of what others write, fed with what they might: never an exception of no kind of ours, never a
wrong answer, no hang, no growth.

The short form is part of the suite. The long one, `make fuzz`, asks for more with the environment:
`FUZZ_INPUTS` for each parser, from `FUZZ_SEED`. A failure names the seed and the turn that repeat it alone.
"""

import os
import random
import resource
import sys
import time

import pytest
from parsers import PARSERS

SEED = os.environ.get("FUZZ_SEED", "0")
INPUTS = int(os.environ.get("FUZZ_INPUTS", "0"))

# Of the processor, for what is fed at once. The slowest ones take a tenth of it.
MAX_TURN_S = 3.0
MAX_GROWTH_MB = 96


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
    before_mb = slowest_s = all_s = 0.0
    for turn in range(turns):
        took_s = fed(parser, turn, tmp_path)
        slowest_s, all_s = max(slowest_s, took_s), all_s + took_s
        if turn == turns // 5:  # warmed up
            before_mb = peak_mb()
    grown_mb = peak_mb() - before_mb

    if INPUTS:
        with capsys.disabled():
            sys.stdout.write(
                f"\n{parser.name}: {turns * parser.at_once:,} inputs, {all_s:.0f} s of processor, "
                f"slowest {slowest_s:.2f} s, {peak_mb():.0f} MB at most, {grown_mb:+.0f} MB\n"
            )
    assert slowest_s < MAX_TURN_S
    assert grown_mb < MAX_GROWTH_MB
