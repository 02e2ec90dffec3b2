"""What the page is put together from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from validator.web.door import Door
    from validator.web.key import KeyHolder
    from validator.web.lists import Lists
    from validator.web.opt_outs import OptOuts
    from validator.web.runs import Runs


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The collaborators of the page's handlers.

    Attributes:
        folder: the page's own.
        lists: the lists in it.
        opt_outs: the suppression lists in it.
        runs: what is going on.
        key: the key.
        door: who may come in.
        max_upload: the most bytes of a file that is taken.
    """

    folder: Path
    lists: Lists
    opt_outs: OptOuts
    runs: Runs
    key: KeyHolder
    door: Door
    max_upload: int
