"""`validator sandbox`: serve a local SendAPI to try things on."""

from __future__ import annotations

from functools import partial
from typing import Any

import click

from validator.errors import UsageError
from validator.sandbox import (
    SENDAPI,
    SandboxConfig,
    parse_fault,
)

EXTRA = "the sandbox needs more packages; install them with: pip install 'recipient-validator[sandbox]'"


def run(*, host: str, port: int, allow_remote: bool, faults: tuple[str, ...], **given: Any) -> None:
    """Serve a local SendAPI until Ctrl-C: its endpoints, its limits, and its faults."""
    try:
        from validator.sandbox import serve  # noqa: PLC0415 - needs the extra, the help text does not
    except ModuleNotFoundError as error:
        raise UsageError(EXTRA) from error
    try:
        config = SandboxConfig(faults=tuple(parse_fault(fault) for fault in faults), **given)
        path = "/v1" if config.gateway == SENDAPI else ""
        on_ready = partial(_say, path=path)
        serve(config, host=host, port=port, allow_remote=allow_remote, on_ready=on_ready)
    except (ValueError, OSError) as error:
        raise UsageError(str(error)) from error


def _say(url: str, *, path: str) -> None:
    click.echo(f"sandbox ready at {url}{path}", err=True)
