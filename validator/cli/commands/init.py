"""`validator init`: a settings file for the lists of a folder, and the next steps."""

from __future__ import annotations

import json
import os
import shlex
from typing import TYPE_CHECKING

from validator.batch.library_options import FileTargets, RunOptions
from validator.batch.library_run import job_of
from validator.batch.planning.misread import national_regions
from validator.batch.recipients.job import ListSettings
from validator.batch.recipients.opening import open_job
from validator.cli.process.standard_streams import say
from validator.errors import FileError
from validator.gateways.registry import DEFAULT_GATEWAY, capabilities_of
from validator.phone import parse_region
from validator.places import PROJECT_FILE
from validator.reports.wording import legible, printable
from validator.tables import PUBLIC_FILE, ending_of, replacing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from validator.batch.recipients.opening import Opened

_HEAD = """\
# Settings of `validator` for lists in this folder. A # in front of a line turns it off. Flags and environment
# variables override them. `validator config` shows the values in effect, and `validator check --help-all` all
# options.
"""

# Above the first table a setting applies to every command with such an option: under [check], `plan` and
# `sample` would ignore it, and `sample` would ask about people who opted out.
_REST = """\
# suppress = ["opted-out.csv"]  # people you must not ask about or send to
# price = "0.002"           # price of a check at your provider, to see costs
# max-age = "yes=30d,no=7d" # how long earlier answers count
# daily-cap = 5000          # numbers to ask about through each session in a day
# rate-share = "50%"        # part of the key's limit to use, if others use the key too

# The settings above apply to every command, those below to `validator check` only.
[check]
# deadline = "06:30"        # end at this time of day; the next run resumes
# max-unknown = "1%"        # rows that may stay unknown in a successful run
# split = "parts"           # a folder for the rows not on WhatsApp, invalid, and unknown
# report = "report.html"    # an HTML report
"""


def run(*, path: Path | None, column: tuple[str, ...], region: str | None) -> None:
    """Write the settings file, and print the next steps."""
    code = None if region is None else parse_region(region)
    if os.path.lexists(PROJECT_FILE):
        raise FileError(
            f"{PROJECT_FILE} already exists, and is kept; edit it, or move it away and run this again"
        )
    opened = None if path is None else _opened(path, column, code)
    lines = "".join(f"{line}\n" for line in _reading(opened, column, code))
    with replacing(PROJECT_FILE, mode=PUBLIC_FILE) as out:
        out.write(f"{_HEAD}\n{lines}{_REST}".encode())
    say(f"wrote {PROJECT_FILE}; read it, and remove the # from the lines that you want")
    for step, command in enumerate(_commands(path), start=1):
        say(f"next, {step}: {command}")


def _opened(path: Path, column: tuple[str, ...], region: str | None) -> Opened:
    settings = ListSettings(column=column, region=region)
    return open_job(job_of(path, FileTargets(), RunOptions(settings=settings)))


def _reading(opened: Opened | None, column: tuple[str, ...], region: str | None) -> Iterator[str]:
    """Yield the lines about how lists are read: requested settings are on, detected ones are comments."""
    named = column or (opened.reading.columns if opened else ("mobile",))
    found = f"  # found in {printable(legible(opened.job.input.name))}" if opened and not column else ""
    yield f"{'' if column else '# '}column = {json.dumps(named, ensure_ascii=False)}{found}"
    if region is not None:
        yield f'region = "{region}"'
    elif likely := national_regions(opened) if opened else ():
        yield "# Numbers without a country code look like this region's; if they are, remove the #."
        yield f'# region = "{likely[0]}"' + "".join(f"  # or {other}" for other in likely[1:])
    else:
        yield '# region = "GB"             # of numbers without a country code'


def _commands(path: Path | None) -> Iterator[str]:
    """Yield the commands of the next steps."""
    capabilities = capabilities_of(DEFAULT_GATEWAY)
    if not os.environ.get(capabilities.key_variable):
        yield f"export {capabilities.key_variable}=...   (or --api-key-file FILE with each command)"
    if not os.environ.get(capabilities.session_variable):
        yield f"export {capabilities.session_variable}=...   (`validator sessions` lists them)"
    name = "leads.csv" if path is None else str(path)
    ending = ".csv" if path is None else ending_of(path)
    yield "validator doctor"
    yield f"validator plan {shlex.quote(name)}"
    sendable = shlex.quote(f"{name.removesuffix(ending)}.send{ending}")
    yield f"validator check {shlex.quote(name)} --sendable {sendable}"
