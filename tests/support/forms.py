"""Two forms of the suite: the short one, which `make test` runs, and the long one of `make long`.

What the short form leaves out of a product of parameters are pairs: each value of each parameter stays, with
some of the values of the others.
"""

import os
from itertools import product

IS_LONG = "SUITE_LONG" in os.environ


def amount(short, long):
    """Choose by the form."""
    return long if IS_LONG else short


def spread(*parameters, step):
    """The product of parameters; in the short form one of so many of its members, spread over all values.

    The values of any one parameter all stay if the others have so many members between them.
    """
    members = product(*(enumerate(values) for values in parameters))
    kept = ([*zip(*member, strict=True)] for member in members)
    return [values for places, values in kept if IS_LONG or sum(places) % step == 0]
