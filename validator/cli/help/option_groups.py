"""What options are called, and the groups in which `--help-all` shows them, each in one."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    import click

# By their names on the command line; a test sees to it that no option is left over.
GROUPS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "What is written": (
            "output", "output-dir", "sendable", "split", "report", "summary", "no-clobber", "format",
            "excel-safe", "prefix", "line-type", "strength",
        ),
        "Which part of the list is asked about": ("size", "seed"),
        "How the list is read": (
            "column", "join", "region", "region-column", "numbers", "accept", "variants", "landlines",
            "several", "sheet", "hidden", "header-row", "encoding", "ragged",
        ),
        "Who must not be asked": ("suppress", "suppress-column", "suppress-unreadable"),
        "Key, sessions and the way to the provider": (
            "gateway", "session", "keys", "api-key-file", "base-url", "allow-new-host", "proxy", "ca-file",
            "timeout",
        ),
        "Pace": ("rate", "rate-share", "daily-cap", "concurrency", "retries", "order"),
        "How many machines": ("cluster",),
        "What is known already": ("ledger", "max-age", "refresh", "offline", "only", "contacts"),
        'Whether a "no" is believed': ("canary", "no-canaries", "confirm-negatives", "strict"),
        "When a run stops, or does not begin": (
            "limit", "enough", "deadline", "grace", "max-unknown", "max-invalid", "max-error-rate",
            "max-wait", "max-outage", "wait-for-key",
        ),
        "Who learns of the end, and which exit codes are well": (
            "metrics", "notify", "notify-secret-file", "otlp", "success-codes",
        ),
        "How the page is reached": ("open", "port", "listen", "password-file", "max-upload"),
        "What is shown": ("dry-run", "price", "json", "progress", "quiet", "verbose", "log-format"),
    }
)  # fmt: skip


def long_name(option: click.Parameter) -> str:
    """Return an option's name on the command line without its dashes: `rate-share`."""
    return max(option.opts, key=len).lstrip("-")
