"""`python -m validator`, and the command `validator`."""

import gc
import signal
import sys


def run() -> int:
    """Run the command line, and return its exit code.

    While modules are imported, Ctrl-C ends the process at once, without a traceback.
    """
    # Objects of modules are never freed: to scan them again and again would take a fifth of a short command.
    # `cli.deferred` enables the garbage collector when all modules are loaded.
    gc.disable()
    # This is httpx's own command line, which loads rich and pygments. httpx works if it cannot be imported.
    sys.modules["httpx._main"] = None  # type: ignore[assignment]
    # During an import, Python's default handler would print a traceback. An ignored signal stays ignored.
    handler = signal.getsignal(signal.SIGINT)
    if handler is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from validator.cli import main  # noqa: PLC0415 - see above

    signal.signal(signal.SIGINT, handler)
    return main()


if __name__ == "__main__":
    sys.exit(run())
