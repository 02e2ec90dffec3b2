"""`validator sandbox`: serve a local SendAPI to try things on."""

from __future__ import annotations

from functools import partial
from typing import Any

import click

from validator.errors import UsageError
from validator.sandbox import SandboxConfig, parse_fault

_KEY = "sk_test_sandbox_1"  # one of no plan: `--plan` decides

EXTRA = "the sandbox needs more packages; install them with: pip install 'recipient-validator[sandbox]'"


def run(*, host: str, port: int, allow_remote: bool, faults: tuple[str, ...], **given: Any) -> None:
    """Serve a local SendAPI until Ctrl-C: its endpoints, its limits, and its faults."""
    try:
        from validator.sandbox import serve  # noqa: PLC0415 - needs the extra, the help text does not
    except ModuleNotFoundError as error:
        raise UsageError(EXTRA) from error
    try:
        config = SandboxConfig(faults=tuple(parse_fault(fault) for fault in faults), **given)
        serve(config, host=host, port=port, allow_remote=allow_remote, on_ready=partial(_say, config))
    except (ValueError, OSError) as error:
        raise UsageError(str(error)) from error


def _say(config: SandboxConfig, url: str) -> None:
    """Say where it is, and the line to copy into another terminal."""
    session = config.sessions[0].id
    click.echo(f"sandbox ready at {url}/v1", err=True)
    click.echo(
        f"export SENDAPI_BASE_URL={url}/v1 SENDAPI_API_KEY={_KEY} SENDAPI_SESSION_ID={session}", err=True
    )
