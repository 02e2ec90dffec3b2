"""The objects that the page's handlers share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from pathlib import Path

    from validator.web.authenticator import Authenticator
    from validator.web.key import KeyHolder
    from validator.web.lists import Lists
    from validator.web.opt_outs import OptOuts
    from validator.web.runs import Runs


class Parts(Struct, frozen=True, kw_only=True):
    """The collaborators of the page's handlers.

    Attributes:
        folder: the page's folder.
        lists: the lists in it.
        opt_outs: the suppression lists in it.
        runs: the active runs.
        key: the key.
        authenticator: checks links, passwords and cookies.
        max_upload: the largest upload that is accepted, in bytes.
    """

    folder: Path
    lists: Lists
    opt_outs: OptOuts
    runs: Runs
    key: KeyHolder
    authenticator: Authenticator
    max_upload: int
