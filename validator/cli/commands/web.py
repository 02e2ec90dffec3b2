"""`validator web`: serve the local page."""

from __future__ import annotations

import webbrowser
from functools import partial
from typing import TYPE_CHECKING, Any

from validator.batch.known_hosts import required_address
from validator.cli.process.logs import take_logging
from validator.cli.process.signals import run_interruptible
from validator.cli.process.standard_streams import say
from validator.cli.settings.credentials import ProviderOptions, key_text, read_key
from validator.cli.settings.environment import WEB_PASSWORD
from validator.errors import UsageError
from validator.gateways.registry import capabilities_of
from validator.ledger import Lock
from validator.places import state_folder
from validator.settings import Rate, RateMode

if TYPE_CHECKING:
    from decimal import Decimal
    from pathlib import Path

    from validator.http.api_key import ApiKey
    from validator.ledger_url import Location

EXTRA = "the page needs more packages; install them with: pip install 'recipient-validator[web]'"
_MB = 1_000_000


def run(
    *,
    open_browser: bool,
    port: int,
    listen: str,
    password_file: Path | None,
    max_upload: int,
    sessions: tuple[str, ...],
    price: Decimal | None,
    ledger: Location,
    **given: Any,
) -> None:
    """Serve a local web page for checking lists, for one person, until Ctrl-C."""
    try:
        import keyring  # noqa: PLC0415 - needs the extra, the help text does not

        from validator.web import server  # noqa: PLC0415 - as above
        from validator.web.key import KeyHolder  # noqa: PLC0415 - as above
        from validator.web.runs import Provider  # noqa: PLC0415 - as above
    except ModuleNotFoundError as error:
        raise UsageError(EXTRA) from error
    take_logging(given)
    options = ProviderOptions(rate=Rate(RateMode.AUTO), **given)
    if not options.base_url:
        required_address(options.gateway, None)
    capabilities = capabilities_of(options.gateway)
    password = _password(password_file, listen, is_open=not server.is_loopback(listen))
    provider = Provider(
        ledger=ledger,
        gateway=options.gateway,
        session=next(iter(sessions), capabilities.default_session),
        base_url=options.base_url,
        timeout_s=options.timeout,
        network=options.network,
        allow_new_host=options.allow_new_host,
        price=price,
    )
    folder = state_folder() / "web"
    with (
        Lock.take(state_folder() / "web.lock", holder=f"validator web --port {port}", guards="the page"),
        server.listen(listen, port) as listener,
    ):
        serve = partial(
            server.serve,
            listener,
            folder=folder,
            key=KeyHolder(_key(options), keyring, options.gateway),
            provider=provider,
            max_upload=max_upload * _MB,
            on_link=partial(_show, open_browser=open_browser),
            password=password,
        )
        run_interruptible(serve)


def _key(options: ProviderOptions) -> ApiKey | None:
    """Return the key from the file or the environment; None if the user has to enter it on the page."""
    has_one = options.api_key_file or key_text(None, capabilities_of(options.gateway).key_variable)
    return read_key(options.api_key_file, options.gateway) if has_one else None


def _password(file: Path | None, address: str, *, is_open: bool) -> str | None:
    """Return the password to sign in with; None if there is none.

    Raises:
        UsageError: other machines can reach the page, and there is no password.
    """
    password = key_text(file, WEB_PASSWORD, option="--password-file").strip()
    if password or not is_open:
        return password or None
    raise UsageError(
        f"--listen {address} lets other machines reach the page, and there is no password to keep them out; "
        f"set {WEB_PASSWORD}, or name a file that holds one with --password-file"
    )


def _show(link: str, *, open_browser: bool) -> None:
    say(f"open {link} (good for once; Ctrl-C ends the page)")
    if open_browser and not webbrowser.open(link):
        say("no browser could be opened; open the link yourself")
