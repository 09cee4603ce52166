"""Counters that all workers share, and that stay right when a worker dies.

The memory is a file without a name that the server's master holds open; each worker owns one slot of it and is the
only one that adds to it. A worker holds a POSIX lock on its slot's byte for as long as it lives: the kernel lets go
of it however the worker ends, so who gets the lock of a slot knows that its owner is gone.
"""

import contextlib
import fcntl
import mmap
import os

FIELDS = ("received", "answered", "waiting", "abandoned")
SLOTS = 64
MUTEX = SLOTS  # the byte whose lock guards all of the memory
SIZE = 8 * (1 + SLOTS * len(FIELDS))  # the highest number that ever waited at once, then the slots


class Counters:
    def __init__(self, path):
        self.file = open(path, "r+b", buffering=0)
        if os.fstat(self.file.fileno()).st_size < SIZE:
            os.ftruncate(self.file.fileno(), SIZE)
        self.memory = memoryview(mmap.mmap(self.file.fileno(), SIZE)).cast("Q")
        with self.mutex():
            self.slot = next(slot for slot in range(SLOTS) if self.take(slot))
            self.bury(self.slot)

    @contextlib.contextmanager
    def mutex(self):
        fcntl.lockf(self.file, fcntl.LOCK_EX, 1, MUTEX)
        try:
            yield
        finally:
            fcntl.lockf(self.file, fcntl.LOCK_UN, 1, MUTEX)

    def take(self, slot):
        try:
            fcntl.lockf(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, slot)
        except OSError:
            return False
        return True

    def cell(self, slot, field):
        return 1 + slot * len(FIELDS) + FIELDS.index(field)

    def total(self, field):
        return sum(self.memory[self.cell(slot, field)] for slot in range(SLOTS))

    def bury(self, slot):
        """What the dead owner of this slot had waiting will not be answered."""
        waiting, abandoned = self.cell(slot, "waiting"), self.cell(slot, "abandoned")
        self.memory[abandoned] += self.memory[waiting]
        self.memory[waiting] = 0

    def bury_the_dead(self):
        for slot in range(SLOTS):
            if slot != self.slot and self.memory[self.cell(slot, "waiting")] and self.take(slot):
                self.bury(slot)
                fcntl.lockf(self.file, fcntl.LOCK_UN, 1, slot)

    def arrived(self):
        with self.mutex():
            self.memory[self.cell(self.slot, "received")] += 1
            self.memory[self.cell(self.slot, "waiting")] += 1
            self.memory[0] = max(self.memory[0], self.total("waiting"))

    def left(self, how):
        """`how`: answered or abandoned."""
        with self.mutex():
            self.memory[self.cell(self.slot, "waiting")] -= 1
            self.memory[self.cell(self.slot, how)] += 1

    def read(self):
        with self.mutex():
            self.bury_the_dead()
            return {field: self.total(field) for field in FIELDS} | {"max_waiting": self.memory[0]}

    def reset(self):
        with self.mutex():
            self.bury_the_dead()
            self.memory[0] = self.total("waiting")
