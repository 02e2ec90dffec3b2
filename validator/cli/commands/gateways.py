"""`validator gateways`: what each gateway can do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from validator.cli.process.show import show_rows
from validator.cli.process.standard_streams import require_stdout
from validator.gateways.registry import GATEWAYS, capabilities_of

if TYPE_CHECKING:
    from validator.gateways.capabilities import Capabilities

COLUMNS = (
    *("name", "title", "numbers_a_request", "no", "requests_a_minute", "numbers_a_day"),
    *("sessions", "contacts", "key", "base_url", "session"),
)


def run(*, as_json: bool) -> None:
    """List the gateways."""
    require_stdout()
    show_rows(COLUMNS, (_row(capabilities_of(name)) for name in GATEWAYS), as_json=as_json)


def _row(gateway: Capabilities) -> tuple[str, ...]:
    return (
        gateway.name,
        gateway.title,
        str(gateway.max_batch),
        gateway.negatives.value,
        f"{gateway.default_rate_per_min:g}",
        "by plan" if gateway.daily_cap is None else str(gateway.daily_cap),
        _word(offered=gateway.lists_sessions),
        _word(offered=gateway.has_contacts),
        gateway.key_variable,
        gateway.url_variable,
        gateway.session_variable,
    )


def _word(*, offered: bool) -> str:
    return "yes" if offered else "no"
