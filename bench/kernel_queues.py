"""The kernel's queues of connections that a listener has not accepted yet, made long enough for the time of a bench."""

import contextlib
import os
import pathlib
import signal

WANTED = 16384
SETTINGS = {name: pathlib.Path("/proc/sys") / name.replace(".", "/") for name in ("net.core.somaxconn", "net.ipv4.tcp_max_syn_backlog")}


def lengths():
    return {name: int(file.read_text()) for name, file in SETTINGS.items()}


def longest_queue():
    """What a listener gets at most, whatever it asks for."""
    return lengths()["net.core.somaxconn"]


@contextlib.contextmanager
def raised():
    """At least WANTED where this is root, and as they were afterwards, whatever ends the bench: yields the lengths in use."""

    def end(number, _frame):
        raise SystemExit(128 + number)  # an exception, so that what is below is undone; Ctrl-C is one already

    was = lengths()
    handlers = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        if os.geteuid() == 0:
            for name, length in was.items():
                # Root of a container may not.
                with contextlib.suppress(OSError):
                    SETTINGS[name].write_text(str(max(length, WANTED)))
        yield lengths()
    finally:
        impatient = signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second Ctrl-C
        now = lengths()
        for name, length in was.items():
            if now[name] != length:
                SETTINGS[name].write_text(str(length))
        for number, handler in {signal.SIGINT: impatient, **handlers}.items():
            signal.signal(number, handler)
