"""`validator sandbox`: serve a local SendAPI, or another gateway, for tests."""

from __future__ import annotations

import sys
from functools import partial
from typing import Any

import click

from validator.errors import UsageError
from validator.gateways.registry import capabilities_of
from validator.sandbox import SENDAPI, SandboxConfig, parse_fault

# These keys name no plan, so `--plan` decides. With its colon, the second can also be user and password.
_KEYS = {SENDAPI: "sk_test_sandbox_1"}
_ANY_KEY = "sandbox:1"

EXTRA = "the sandbox needs more packages; install them with: pip install 'recipient-validator[sandbox]'"


def run(
    *,
    host: str,
    port: int,
    allow_remote: bool,
    faults: tuple[str, ...],
    key_limits: tuple[str, ...],
    **given: Any,
) -> None:
    """Serve a local SendAPI until Ctrl-C, with its endpoints, limits and faults."""
    try:
        from validator.sandbox import serve  # noqa: PLC0415 - needs the extra, the help text does not
    except ModuleNotFoundError as error:
        raise UsageError(EXTRA) from error
    try:
        config = SandboxConfig(
            faults=tuple(parse_fault(fault) for fault in faults),
            key_limits_per_min=dict(map(_key_limit, key_limits)),
            **given,
        )
        serve(config, host=host, port=port, allow_remote=allow_remote, on_ready=partial(_say, config))
    except OSError as error:
        raise UsageError(": ".join(filter(None, (error.filename, error.strerror)))) from error
    except ValueError as error:
        raise UsageError(str(error)) from error


def _key_limit(text: str) -> tuple[str, int]:
    """Parse `KEY=N` into a key and its limit."""
    key, _, limit = text.rpartition("=")
    if not key or not limit.isdecimal():
        raise ValueError(f"--key-limit {text!r} is no KEY=N, such as sk_test_a=300")
    return key, int(limit)


def _say(config: SandboxConfig, url: str) -> None:
    """Print the address, and an `export` line to copy into another terminal."""
    gateway, address = capabilities_of(config.gateway), f"{url}/v1" if config.gateway == SENDAPI else url
    values = {
        gateway.url_variable: address,
        gateway.key_variable: _KEYS.get(config.gateway, _ANY_KEY),
        gateway.session_variable: config.sessions[0].id,
    }
    click.echo(f"sandbox ready at {address}", file=sys.stderr)
    click.echo(f"export {' '.join(f'{name}={value}' for name, value in values.items())}", file=sys.stderr)
