"""`python -m validator`, and the command `validator`."""

import gc
import signal
import sys


def run() -> int:
    """Run the command line; until it listens, Ctrl-C ends the process as the system does."""
    # What modules consist of stays: to go through it again and again would take a fifth of a short command.
    # `cli.deferred` turns the collector on when all is loaded.
    gc.disable()
    # httpx's own command line, which httpx does without if it cannot be imported; it loads rich and pygments.
    sys.modules["httpx._main"] = None  # type: ignore[assignment]
    # In the middle of an import Python would answer with a traceback. One that is ignored stays ignored.
    handler = signal.getsignal(signal.SIGINT)
    if handler is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from validator.cli import main  # noqa: PLC0415 - see above

    signal.signal(signal.SIGINT, handler)
    return main()


if __name__ == "__main__":
    sys.exit(run())
