"""`python -m validator`, and the command `validator`."""

import signal
import sys


def run() -> int:
    """Run the command line; until it listens, Ctrl-C ends the process as the system does."""
    # In the middle of an import Python would answer with a traceback. One that is ignored stays ignored.
    handler = signal.getsignal(signal.SIGINT)
    if handler is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from validator.cli import main  # noqa: PLC0415 - see above

    signal.signal(signal.SIGINT, handler)
    return main()


if __name__ == "__main__":
    sys.exit(run())
