"""What a provider sends without end is not kept: the client's memory, measured in a process of its own."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.hostile.misdeeds import CASES, answer

PROGRAM = Path(__file__).parent / "programs" / "ask_for_all.py"
WARM_UP = "+447700900000"
LARGE = {
    f"+4477009001{place:02d}": name
    for place, name in enumerate(
        [
            "a gigabyte",
            "a body without end",
            "a compressed bomb",
            "100,000 headers",
            "interim answers without end",
        ]
    )
}
# What may be held is a read of 256 KB by the event loop and a head or body of 64 KB, some times over. Any
# of these answers is larger than all of it by far.
MAX_GROWTH_KB = 6_000


@pytest.mark.slow
def test_no_answer_takes_more_memory_than_its_bound(provider):
    async def by_number(stream, number, echo):
        play = CASES[LARGE[number]].play if number in LARGE else answer
        await play(stream, number, echo)

    provider.misdeed = by_number
    command = [sys.executable, PROGRAM, f"http://127.0.0.1:{provider.port}/v1", WARM_UP, *LARGE]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    told = json.loads(done.stdout)

    assert {LARGE[number]: ending for number, ending in told["endings"].items()} == {
        "a gigabyte": "BadAnswer",
        "a body without end": "BadAnswer",
        "a compressed bomb": "BadAnswer",
        "100,000 headers": "NoAnswer",
        "interim answers without end": "NoAnswer",
    }
    assert told["grown_kb"] < MAX_GROWTH_KB
