"""Check a list from a script: what a scheduled job would do.

Usage: SENDAPI_API_KEY=... SENDAPI_SESSION_ID=... python examples/check_a_list.py leads.csv

Prints how many can be sent to, and exits with the codes of `validator check`.
"""

from __future__ import annotations

import sys

import validator


def main(source: str) -> int:
    """Check the list, write `sendable.csv` beside it, and return the exit code."""
    targets = validator.FileTargets(sendable="sendable.csv")
    summary = validator.check_file(source, targets=targets)
    print(f"{summary.sendable_rows} of {summary.rows} can be sent to: {summary.sendable}")
    if summary.stopped_because:
        print(f"stopped early: {summary.stopped_because}; run it again to go on", file=sys.stderr)
    return summary.exit_code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
