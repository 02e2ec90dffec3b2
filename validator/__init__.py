"""Bulk pre-validation of WhatsApp recipients.

From Python::

    import validator

    key = validator.make_key("sk_live_...", "sess_...")
    summary = validator.check_file("leads.csv", options=validator.RunOptions(keys=[key]))
    print(summary.verdicts)

Each public name is imported on first use, so `import validator` is fast.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from validator.version import __version__

if TYPE_CHECKING:
    from validator.api import (
        check_file,
        check_file_async,
        check_frame,
        check_frame_async,
        check_numbers,
        check_numbers_async,
        plan_file,
        plan_file_async,
        preview_file,
        sample_file,
        sample_file_async,
    )
    from validator.batch.ask_settings import AskSettings, KeySettings
    from validator.batch.keys import key_from_environment, make_key
    from validator.batch.library_options import FileTargets, RunOptions
    from validator.batch.preview import Preview
    from validator.batch.recipients.job import ListSettings
    from validator.errors import (
        ApiError,
        Busy,
        FileError,
        LedgerError,
        Refused,
        StoppedEarly,
        UsageError,
        ValidatorError,
    )
    from validator.reports import PlanSummary, ProgressState, SampleSummary, Summary
    from validator.settings import MaxAge, Rate

_NAMES_IN = {
    "validator.api": (
        "check_file",
        "check_file_async",
        "check_frame",
        "check_frame_async",
        "check_numbers",
        "check_numbers_async",
        "plan_file",
        "plan_file_async",
        "preview_file",
        "sample_file",
        "sample_file_async",
    ),
    "validator.batch.ask_settings": ("AskSettings", "KeySettings"),
    "validator.batch.library_options": ("FileTargets", "RunOptions"),
    "validator.batch.preview": ("Preview",),
    "validator.batch.recipients.job": ("ListSettings",),
    "validator.errors": (
        "ApiError",
        "Busy",
        "FileError",
        "LedgerError",
        "Refused",
        "StoppedEarly",
        "UsageError",
        "ValidatorError",
    ),
    "validator.batch.keys": ("key_from_environment", "make_key"),
    "validator.reports": ("PlanSummary", "ProgressState", "SampleSummary", "Summary"),
    "validator.settings": ("MaxAge", "Rate"),
}
_MODULE_OF = {name: module for module, names in _NAMES_IN.items() for name in names}

__all__ = [
    "ApiError",
    "AskSettings",
    "Busy",
    "FileError",
    "FileTargets",
    "KeySettings",
    "LedgerError",
    "ListSettings",
    "MaxAge",
    "PlanSummary",
    "Preview",
    "ProgressState",
    "Rate",
    "Refused",
    "RunOptions",
    "SampleSummary",
    "StoppedEarly",
    "Summary",
    "UsageError",
    "ValidatorError",
    "__version__",
    "check_file",
    "check_file_async",
    "check_frame",
    "check_frame_async",
    "check_numbers",
    "check_numbers_async",
    "key_from_environment",
    "make_key",
    "plan_file",
    "plan_file_async",
    "preview_file",
    "sample_file",
    "sample_file_async",
]


def __getattr__(name: str) -> object:
    """Import a public name on first use."""
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULE_OF[name]), name)


def __dir__() -> list[str]:
    """Return the public names."""
    return sorted(__all__)
