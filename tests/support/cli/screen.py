"""A terminal of a given size, for a process of its own, whose screen can be read."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import termios
from dataclasses import dataclass

from tests.support import commands

_PIECES = re.compile(rb"\x1b\[([?\d;]*)([A-Za-z])|(\r)|(\n)|([^\x1b\r\n]+)|\x1b")


@dataclass(frozen=True)
class Drawn:
    """What a command left on its terminal.

    Attributes:
        code: its exit code.
        raw: everything it wrote, as text.
        lines: what is to be seen at the end, a line for each row of the screen, scrolled rows included.
        out: what went to standard output, which is a pipe.
    """

    code: int
    raw: str
    lines: list
    out: str

    @property
    def text(self):
        return "\n".join(self.lines)


def on_terminal(*words, columns=80, rows=40, is_terminal=True, with_output=False, **environment):
    """Run the command line with standard error on a terminal, or on a pipe; return what was drawn.

    Standard output is a pipe, or `with_output` on the same terminal.
    """
    variables = {name: value for name, value in os.environ.items() if name not in {"COLUMNS", "NO_COLOR"}}
    variables |= {"TERM": "xterm-256color", **environment}
    if not is_terminal:
        done = commands.run(words, capture_output=True, env=variables, check=False)
        raw = done.stderr
        return Drawn(done.returncode, raw.decode(), raw.decode().splitlines(), done.stdout.decode())
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    with commands.Popen(
        words,
        stdin=follower,
        stderr=follower,
        stdout=follower if with_output else subprocess.PIPE,
        env=variables,
    ) as process:
        os.close(follower)
        raw = b"".join(_read(leader))
        out = "" if with_output else process.stdout.read().decode()
    os.close(leader)
    return Drawn(process.returncode, raw.decode(), screen_of(raw, columns), out)


def _read(leader):
    while True:
        try:
            part = os.read(leader, 65_536)
        except OSError:  # Linux says so when the last writer has closed the terminal
            return
        if not part:
            return
        yield part


def screen_of(raw, columns):
    """Return the lines that a terminal shows: cursor up, erase line and carriage return are obeyed."""
    lines, row, column = [""], 0, 0
    for found in _PIECES.finditer(raw):
        number, what, is_return, is_newline, text = found.groups()
        if what == b"A":
            row = max(0, row - int(number or 1))
        elif what == b"K":
            lines[row] = "" if number == b"2" else lines[row][:column]
        elif is_return:
            column = 0
        elif is_newline:
            row += 1
            lines += [""] * (row + 1 - len(lines))
        for letter in (text or b"").decode():
            if column == columns:
                row, column = row + 1, 0
                lines += [""] * (row + 1 - len(lines))
            lines[row] = lines[row][:column].ljust(column) + letter + lines[row][column + 1 :]
            column += 1
    return [line.rstrip() for line in lines]
