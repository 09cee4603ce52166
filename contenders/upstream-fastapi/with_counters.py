"""Runs a command with a piece of memory for its workers' counters: with_counters.py COMMAND ...

The memory is a file without a name; it goes when the command and its workers go, whatever ends them.
"""

import os
import sys

memory = os.memfd_create("upstream-counters", flags=0)  # without close-on-exec: the command keeps it open
os.environ["UPSTREAM_COUNTERS"] = f"/proc/{os.getpid()}/fd/{memory}"
os.execvp(sys.argv[1], sys.argv[1:])
