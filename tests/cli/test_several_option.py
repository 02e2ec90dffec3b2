"""`--several`: a cell with several numbers in a whole run."""

import pytest

from tests.support.cli.csv_rows import rows_of

YES, NO, NEVER = "+447700900001", "+447700900002", "+447700900005"
OPTIONS = ("--accept", "possible", "--no-canaries", "--sendable", "send.csv", "--json")
GOOGLE = f"phone\n{NO} ::: {YES}\n{YES}\n{NO} ::: {NO}\n{NEVER} ::: {NO}\n"


@pytest.mark.slow
def test_each_makes_a_row_registered_if_one_of_its_numbers_is(check, provider):
    served = provider()
    options = (*OPTIONS, "--several", "each", "--retries", "0", "--max-unknown", "1")
    done = check(*options, content=GOOGLE)

    assert done.code == 0
    rows = rows_of("leads.checked.csv")
    assert [(row["e164"], row["verdict"]) for row in rows] == [
        (YES, "registered"),
        (YES, "registered"),
        (NO, "not_registered"),
        (NEVER, "unknown"),
    ]
    assert [row["phone"] for row in rows] == [f"{NO} ::: {YES}", YES, f"{NO} ::: {NO}", f"{NEVER} ::: {NO}"]
    assert [row["e164"] for row in rows_of("send.csv")] == [YES]
    assert (done.json["distinct_numbers"], done.json["read_as"]["several"]) == (3, "each")

    asked = served.log.checks
    check(*options, content=GOOGLE)
    assert served.log.checks == asked + 1, "what has no answer is asked about again"
    assert rows_of("leads.checked.csv")[:3] == rows[:3]


@pytest.mark.slow
def test_first_asks_about_the_first_number_alone(check, provider):
    served = provider()
    done = check(*OPTIONS, "--several", "first", content=f"phone\n{NO} ::: {YES}\n{YES} / {NO}\n")

    assert [row["verdict"] for row in rows_of("leads.checked.csv")] == ["not_registered", "registered"]
    assert (done.code, served.log.checks) == (0, 2)
