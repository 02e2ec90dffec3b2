"""Write the help texts into README.md, between the marks `<!-- help: COMMAND -->` and `<!-- end -->`."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

README = Path(__file__).parents[1] / "README.md"
MARKS = re.compile(r"(<!-- help: ?(?P<command>\w*) -->\n)(?P<text>.*?)(<!-- end -->)", re.DOTALL)
WIDTH = "80"


def help_text(command: str) -> str:
    """Return what `validator COMMAND --help` prints on a terminal of 80 columns."""
    arguments = [sys.executable, "-m", "validator", *command.split(), "--help"]
    environment = os.environ | {"COLUMNS": WIDTH}
    return subprocess.run(arguments, env=environment, check=True, capture_output=True, text=True).stdout


def with_help(text: str) -> str:
    """Return the page with every help text as the program prints it now."""

    def fill(found: re.Match[str]) -> str:
        return f"{found[1]}\n```text\n{help_text(found['command']).rstrip()}\n```\n\n{found[4]}"

    return MARKS.sub(fill, text)


if __name__ == "__main__":
    README.write_text(with_help(README.read_text(encoding="utf-8")), encoding="utf-8")
