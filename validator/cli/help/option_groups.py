"""The groups in which `--help-all` shows options, and the long names of options."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    import click

# Titles, and long names of options; a test checks that each option is in one group.
GROUPS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "Output": (
            "output", "output-dir", "sendable", "split", "report", "summary", "no-clobber", "format",
            "excel-safe", "prefix", "line-type", "strength",
        ),
        "Sample": ("size", "seed"),
        "Input": (
            "column", "join", "region", "region-column", "numbers", "accept", "variants", "landlines",
            "several", "sheet", "hidden", "header-row", "encoding", "ragged",
        ),
        "Suppression lists": ("suppress", "suppress-column", "suppress-unreadable"),
        "Key, sessions and connection": (
            "gateway", "session", "keys", "api-key-file", "base-url", "allow-new-host", "proxy", "ca-file",
            "timeout",
        ),
        "Pace": ("rate", "rate-share", "daily-cap", "concurrency", "retries", "order"),
        "Cluster": ("cluster",),
        "Earlier answers": ("ledger", "max-age", "refresh", "offline", "only", "contacts"),
        'Trust in a "no"': ("canary", "no-canaries", "confirm-negatives", "strict"),
        "When a run stops, or does not begin": (
            "limit", "enough", "deadline", "grace", "max-unknown", "max-invalid", "max-error-rate",
            "max-wait", "max-outage", "wait-for-key",
        ),
        "Reports of the run's end": (
            "metrics", "notify", "notify-secret-file", "otlp", "success-codes",
        ),
        "Web page": ("open", "port", "listen", "password-file", "max-upload"),
        "Display and logs": ("dry-run", "price", "json", "progress", "quiet", "verbose", "log-format"),
    }
)  # fmt: skip


def long_name(option: click.Parameter) -> str:
    """Return an option's long name on the command line, without its dashes: `rate-share`."""
    return max(option.opts, key=len).lstrip("-")
