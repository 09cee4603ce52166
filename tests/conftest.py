"""What the end-to-end tests share: the program, a home of its own for each test, and a look for leftovers."""

import contextlib
import json
import os
import pathlib
import signal
import sqlite3
import subprocess
import time

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent
PROGRAM = pathlib.Path(os.environ.get("SHOOTOUT", ROOT / "build" / "shootout"))


class Shootout:
    """The program with a home of its own; every process of it names that home in its environment."""

    def __init__(self, home):
        self.home = home

    def environment(self, **extra):
        environment = {**os.environ, "SHOOTOUT_HOME": str(self.home), **extra}
        environment.pop("CI", None)
        return environment

    def command(self, *arguments):
        return [str(PROGRAM), *map(str, arguments)]

    def __call__(self, *arguments, timeout=240, **extra):
        return subprocess.run(self.command(*arguments), env=self.environment(**extra), capture_output=True, text=True,
                              timeout=timeout, stdin=subprocess.DEVNULL)

    def start(self, *arguments, **extra):
        return subprocess.Popen(self.command(*arguments), env=self.environment(**extra), stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL)

    def tiny(self, command, *arguments, **extra):
        return self(command, "tiny", *TINY, *arguments, **extra)

    def leftovers(self):
        """Living processes of this test by id: shootout, its helpers, and the servers (their TMPDIR lies in its home)."""
        found = {}
        for entry in pathlib.Path("/proc").iterdir():
            if not entry.name.isdigit() or int(entry.name) == os.getpid():
                continue
            try:
                if str(self.home).encode() in (entry / "environ").read_bytes():
                    stat = (entry / "stat").read_text()
                    if stat.rpartition(")")[2].split()[0] != "Z":
                        found[int(entry.name)] = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except (OSError, ValueError):
                pass
        return found

    def wait_until_nothing_is_left(self, seconds=5.0):
        deadline = time.monotonic() + seconds
        while (left := self.leftovers()) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not left, f"left behind: {left}"

    def wait_for(self, condition, seconds=60.0):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if value := condition():
                return value
            time.sleep(0.1)     # to look is to disturb: a busy neighbour voids trials
        raise AssertionError("what the test waits for did not happen")

    def processes_named(self, text):
        return [pid for pid, command in self.leftovers().items() if text in command]

    def report(self, run="last"):
        done = self("report", run, "--format", "json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def finished_trials(self):
        """Of the last run, read straight from the database: that costs next to nothing."""
        try:
            with contextlib.closing(sqlite3.connect(f"file:{self.home}/runs.sqlite?mode=ro", uri=True)) as database:
                return database.execute("SELECT COUNT(DISTINCT number) FROM trials WHERE run_id = "
                                        "(SELECT id FROM runs ORDER BY started_at DESC, rowid DESC LIMIT 1)").fetchone()[0]
        except sqlite3.Error:
            return 0    # not made yet, or being written


TINY = ["--suites-dir", str(ROOT / "tests" / "suites"), "--contenders-dir", str(ROOT / "tests" / "contenders")]


@pytest.fixture
def shootout(tmp_path):
    program = Shootout(tmp_path / "home")
    yield program
    left = program.leftovers()
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    assert not left, f"left behind: {left}"
