import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from validator.errors import BadAnswer
from validator.sendapi import Contact, ContactPage, Paging
from validator.sendapi.paging import MAX_PAGES


def contacts(*numbers):
    return tuple(Contact(phone=f"+4477009{number:05d}") for number in numbers)


class Book:
    """A server's list of contacts, which a test may change between pages; it counts the pages asked for."""

    def __init__(self, size, *, total=True, cap=100, meta_per_page=True):
        self.numbers = list(range(size))
        self.total = total
        self.cap = cap
        self.meta_per_page = meta_per_page
        self.asked = 0

    def page(self, number, per_page):
        self.asked += 1
        size = min(per_page, self.cap)
        return ContactPage(
            contacts=contacts(*self.numbers[(number - 1) * size : number * size]),
            total=len(self.numbers) if self.total else None,
            page=number,
            per_page=size if self.meta_per_page else None,
        )


def read(book, per_page=10, between=lambda _: None):
    paging = Paging(per_page)
    read = []
    while paging.next_page is not None:
        read += paging.take(book.page(paging.next_page, per_page))
        between(book)
    return read


@pytest.mark.parametrize(("size", "calls"), [(0, 1), (1, 1), (9, 1), (10, 1), (11, 2), (25, 3), (100, 10)])
def test_all_contacts_are_read_with_as_few_pages_as_there_are(size, calls):
    book = Book(size)

    assert read(book) == list(contacts(*range(size)))
    assert book.asked == calls


@pytest.mark.parametrize(("size", "calls"), [(0, 1), (9, 1), (10, 2), (25, 3)])
def test_without_a_total_a_page_that_is_not_full_ends_the_list(size, calls):
    book = Book(size, total=False)

    assert read(book) == list(contacts(*range(size)))
    assert book.asked == calls


@pytest.mark.parametrize("meta_per_page", [True, False])
def test_a_server_that_gives_fewer_a_page_than_asked_is_read_to_its_end(meta_per_page):
    book = Book(25, cap=4, meta_per_page=meta_per_page)

    assert read(book) == list(contacts(*range(25)))


def test_contacts_that_move_to_the_next_page_are_given_once():
    book = Book(30)

    def add_in_front(book):
        book.numbers.insert(0, 1_000 + book.asked)

    read_numbers = read(book, between=add_in_front)

    assert len(read_numbers) == len(set(read_numbers))
    assert set(contacts(*range(30))) <= set(read_numbers)


def test_a_list_that_shrinks_under_way_ends():
    book = Book(30)

    def remove_last(book):
        del book.numbers[-7:]

    assert read(book, between=remove_last)[:10] == list(contacts(*range(10)))
    assert book.asked <= 4


def test_rows_that_the_server_drops_are_an_error_at_the_end_of_the_list():
    book = Book(30)

    def drop(number, per_page, page=book.page):
        told = page(number, per_page)
        return ContactPage(contacts=told.contacts[:-1], total=told.total, page=number, per_page=per_page)

    book.page = drop

    with pytest.raises(BadAnswer, match="lists 30 contacts, and 27 came"):
        read(book)
    assert book.asked == 4


@pytest.mark.parametrize(
    ("size", "total", "says"),
    [
        (10, 1_000, "lists 1,000 contacts, and 10 came"),
        (10, 25, "lists 25 contacts, and 10 came"),
        (7, 25, "lists 25 contacts, and 7 came"),
        (10, None, "the same 10 contacts on each page of 10, so that there may be more"),
        (30, None, "the same 30 contacts on each page of 10"),
    ],
)
def test_a_server_that_ignores_the_page_is_an_error_after_two_pages_with_nothing_new(size, total, says):
    asked = []
    paging = Paging(10)

    def go_on():
        while paging.next_page is not None:
            asked.append(paging.next_page)
            paging.take(ContactPage(contacts=contacts(*range(size)), total=total))

    with pytest.raises(BadAnswer, match=says):
        go_on()
    assert len(asked) <= 4


def test_a_server_that_gives_all_at_once_is_read():
    paging = Paging(10)

    assert len(paging.take(ContactPage(contacts=contacts(*range(450)), total=450))) == 450
    assert paging.next_page is None


@pytest.mark.parametrize("cap", [3, 7, 10, 50])
def test_a_server_that_caps_pages_and_says_nothing_of_it_is_read_to_its_end(cap):
    book = Book(45, total=False, cap=cap, meta_per_page=False)

    assert read(book) == list(contacts(*range(45)))


def test_a_server_that_never_ends_is_an_error_not_a_hang():
    paging = Paging(1)
    for number in range(1, MAX_PAGES):
        paging.take(ContactPage(contacts=contacts(number)))

    with pytest.raises(BadAnswer, match="do not end after 10,000 pages"):
        paging.take(ContactPage(contacts=contacts(MAX_PAGES)))


def test_contacts_without_a_phone_are_told_apart_by_the_rest():
    nameless = [
        Contact(phone=""),
        Contact(phone="", name="Ada"),
        Contact(phone="", name="Bo"),
        Contact(phone=""),
    ]

    assert Paging().take(ContactPage(contacts=tuple(nameless))) == nameless[:3]


@settings(max_examples=60)
@given(size=st.integers(0, 60), per_page=st.integers(1, 15), cap=st.integers(1, 15), total=st.booleans())
def test_every_list_that_stands_still_is_read_whole_and_once(size, per_page, cap, total):
    book = Book(size, total=total, cap=cap)

    assert read(book, per_page) == list(contacts(*range(size)))
    assert book.asked <= size // min(per_page, cap) + 1


@pytest.mark.anyio
async def test_the_client_reads_page_after_page(answering):
    asked = []

    def handler(request):
        page = int(request.url.params["page"])
        asked.append((page, request.url.params["per_page"]))
        rows = [{"phone": f"+4477009000{page}{row}", "is_whatsapp_user": True} for row in range(2)]
        return {"data": rows if page < 3 else rows[:1], "meta": {"total": 5, "page": page, "per_page": 2}}

    client = answering(handler)

    numbers = [
        contact.number async for contact in client.whatsapp.contacts.iterate(session_id="s", per_page=2)
    ]

    assert numbers == [447700900010, 447700900011, 447700900020, 447700900021, 447700900030]
    assert asked == [(1, "2"), (2, "2"), (3, "2")]


@pytest.mark.anyio
async def test_iterating_asks_for_the_largest_pages_and_nothing_before_the_first_is_wanted(answering):
    asked = []

    def handler(request):
        asked.append(request.url.params["per_page"])
        return {"data": [], "meta": {"total": 0}}

    contacts = answering(handler).whatsapp.contacts.iterate(session_id="s")

    assert asked == []
    assert [contact async for contact in contacts] == []
    assert asked == ["100"]
