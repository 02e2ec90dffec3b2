"""The blocks of code in the pages, as a reader meets them: what is run, what is a file, what is shown."""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[3]
FENCE = re.compile(r"^(?:<!-- (not run|file): (.+?) -->\n)?```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block of a page.

    Attributes:
        page: the page, from the root of the repository.
        language: what stands behind its fence.
        text: what is in it.
        file: the file that it is, in the reader's folder; empty if it is none.
        not_run: why no reader's folder can run it; empty if it is run.
    """

    page: str
    language: str
    text: str
    file: str = ""
    not_run: str = ""

    @property
    def commands(self) -> list[tuple[str, str]]:
        """Each command with its continued lines, and the lines that are shown as its output."""
        parts = re.split(r"^\$ ", self.text, flags=re.MULTILINE)[1:]
        return [_command_and_output(part) for part in parts]


def _command_and_output(part: str) -> tuple[str, str]:
    command, _, output = part.partition("\n")
    while command.endswith("\\"):
        line, _, output = output.partition("\n")
        command += f"\n{line}"
    return command, output


def pages() -> list[str]:
    """Every page with blocks that a reader could run; what the program printed itself is left out."""
    found = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]
    names = sorted(str(path.relative_to(ROOT)) for path in found)
    return [name for name in names if name != "docs/commands.md" and blocks_of(name)]


def blocks_of(page: str) -> list[Block]:
    """The blocks of a page, in order."""
    text = (ROOT / page).read_text(encoding="utf-8")
    return [
        Block(page, language, body, **{mark.replace(" ", "_"): said} if mark else {})
        for mark, said, language, body in FENCE.findall(text)
    ]
