"""Names that the tests of the command line share."""

from validator.sandbox import DEFAULT_SESSIONS

KEY = "sk_test_enterprise_canary"
SESSION = DEFAULT_SESSIONS[0].id
ANN, BOB = "+447700900001", "+447700900002"  # on WhatsApp, and not
ALWAYS_500 = "+447700900005"
LIST = f"name,phone\nAnn,{ANN}\nBob,{BOB}\nCy,nonsense\nAnn,{ANN}\n"

# The sandbox's numbers are possible and not valid; where calls are counted, none may go to canaries.
PLAIN = ("--accept", "possible", "--no-canaries")
