"""Walks through the pages of a list: the next page to fetch, and its new contacts. Pure: callers fetch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from validator.errors import IncompleteList
from validator.sendapi.address import MAX_PER_PAGE

if TYPE_CHECKING:
    from validator.sendapi.answers import Contact, ContactPage

# A million contacts at the largest page size. WhatsApp's address books are far smaller, so a server with more
# pages is broken.
MAX_PAGES = 10_000

# A contact that is added meanwhile moves others to the next page, so one page may have no new contacts. A
# second such page in a row means that the server ignores the parameter `page`.
_MAX_STALE_PAGES = 2


class Paging:
    """Walks through the pages of a list, which may change meanwhile.

    A contact that moves to a later page is returned once. A contact that moves to an earlier page, because
    another one was removed, can be missed: the provider offers no cursor that would prevent it.

    Args:
        per_page: how many contacts are requested at a time.

    Attributes:
        next_page: the number of the page to fetch, from 1; None after the last.
    """

    __slots__ = ("_per_page", "_received", "_seen", "_stale", "next_page")

    def __init__(self, per_page: int = MAX_PER_PAGE) -> None:
        self._per_page = per_page
        self._seen: set[object] = set()
        self._received = 0
        self._stale = 0
        self.next_page: int | None = 1

    def take(self, page: ContactPage) -> list[Contact]:
        """Return the contacts that were not on an earlier page, in order, and advance `next_page`.

        Raises:
            IncompleteList: the list does not end.
        """
        new = [contact for contact in page if self._is_new(contact)]
        self._received += len(page)
        self._stale = 0 if new else self._stale + 1
        is_last = self._stale == _MAX_STALE_PAGES or self._is_last(page)
        if is_last:
            self._require_all(page)
        self._move_on(is_last=is_last)
        return new

    def _require_all(self, page: ContactPage) -> None:
        """Check that the list is complete, as far as that can be known.

        Raises:
            IncompleteList: it is not.
        """
        came, total = len(self._seen), page.total
        if (total is not None and self._received < total) or (
            self._stale and total is not None and came < total
        ):
            raise IncompleteList(
                f"the provider lists {total:,} contacts, and {came:,} came: it does not page as asked"
            )
        if total is None and self._stale == _MAX_STALE_PAGES and len(page) >= self._per_page:
            raise IncompleteList(
                f"the provider gives the same {came:,} contacts on each page of {self._per_page:,}, so that "
                "there may be more"
            )

    def _is_new(self, contact: Contact) -> bool:
        """Whether the contact is seen for the first time. Without a phone, all of its fields are compared."""
        key = contact.number or contact.phone or contact
        before = len(self._seen)
        self._seen.add(key)
        return len(self._seen) > before

    def _is_last(self, page: ContactPage) -> bool:
        """Whether the list ends here: by its total, which may change meanwhile, or with an empty page.

        A page that is not full is the end only if the answer states `per_page`. Otherwise the server may have
        reduced `per_page`, or dropped a row.
        """
        if not page.contacts:
            return True
        if page.total is None:
            return page.per_page is not None and len(page) < min(self._per_page, page.per_page)
        if self._received > page.total:
            return len(page) < min(self._per_page, page.per_page or self._per_page)
        return self._received == page.total

    def _move_on(self, *, is_last: bool) -> None:
        page = self.next_page or 1
        if not is_last and page >= MAX_PAGES:
            raise IncompleteList(
                f"the contacts do not end after {MAX_PAGES:,} pages; the provider's list is broken"
            )
        self.next_page = None if is_last else page + 1
