"""`python -m validator`, and the command `validator`."""

import atexit
import gc
import os
import signal
import sys

# Python keeps the frames of calls in chunks of 16 KB. It maps a new one for a call that does not fit, and
# unmaps it when this call returns. A call at the end of a chunk does both each time: the imports and calls
# of a short check did so 1,000 times, for 9 ms. A call that needs half a megabyte gets a chunk of 1 MB, in
# which the calls from it have room. What no frame uses of it takes no memory.
_ROOM_WORDS = 1 << 16


def run() -> int:
    """Run the command line, and return its exit code.

    While modules are imported, Ctrl-C ends the process at once, without a traceback.
    """

    def with_room() -> int:
        return _run()

    with_room.__code__ = with_room.__code__.replace(co_stacksize=_ROOM_WORDS)
    return with_room()


def _run() -> int:
    codes = list[int]()
    atexit.register(_leave, codes)
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
    codes.append(main())
    return codes[0]


def _leave(codes: list[int]) -> None:
    """End the process with the exit code of the command, and free no memory.

    The system takes all of it back at once, where Python would free object by object. This is called after
    the functions that the command registers for the end, since it is registered before them. After an error
    in the caller of `run`, or if standard output cannot be written, the process ends as usual.
    """
    if codes and not hasattr(sys, "last_value"):
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(codes[0])


if __name__ == "__main__":
    sys.exit(run())
