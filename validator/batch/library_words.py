"""Messages in the words of Python: a setting's name in place of the command's option."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

from validator.batch.ask_settings import AskSettings, KeySettings
from validator.batch.recipients.job import ListSettings
from validator.errors import ValidatorError
from validator.tables import ReadOptions

if TYPE_CHECKING:
    from collections.abc import Iterator

# A name that two have belongs to the first.
_OWNERS = (ListSettings, ReadOptions, AskSettings, KeySettings)
_OTHERS = {"ledger": "RunOptions.ledger", "suppress": "RunOptions.suppress"}

# Some messages name the setting after the option.
_OPTION = re.compile(r"--([a-z][a-z-]+)(?: \(in Python: \w+\))?")


def python_text(text: str) -> str:
    """Return a message with `ListSettings.column` for `--column`; options without a setting are kept."""
    return _OPTION.sub(_setting, text)


def _setting(option: re.Match[str]) -> str:
    name = option[1].replace("-", "_")
    if name in _OTHERS:
        return _OTHERS[name]
    owner = next((owner for owner in _OWNERS if name in owner.__struct_fields__), None)
    return option[0] if owner is None else f"{owner.__name__}.{name}"


@contextmanager
def in_python_words() -> Iterator[None]:
    """Give the errors of a block messages in the words of Python."""
    try:
        yield
    except ValidatorError as error:
        error.args = (python_text(str(error)), *error.args[1:])
        raise
