"""The clients that bench/load.py measures: how each is called, and what it says it did."""

import dataclasses
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import time

from servers import pinned

ROOT = pathlib.Path(__file__).resolve().parent.parent
POSTS = "wrk.method = 'POST'\nwrk.body = string.rep('x', {size})\n"


@dataclasses.dataclass
class Figures:
    """Of one run of a client's process, from its start to its end."""

    wall_s: float
    cpu_s: float  # user and system
    rss_bytes: int
    requests: int = 0
    document: dict = dataclasses.field(default_factory=dict)  # ours: its JSON

    @property
    def requests_per_cpu_s(self):
        return self.requests / self.cpu_s


def run(command, cpu, seconds, *, endless=False, accepted=(0,)):
    """Runs a client pinned to a CPU: its output and figures. `endless`: it is ended after so many seconds."""
    with tempfile.TemporaryFile("w+") as output:
        begun = time.monotonic()
        process = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=output,
                                   stderr=subprocess.STDOUT, preexec_fn=pinned(cpu))  # fmt: skip
        resident = 0
        while True:
            resident = max(resident, most_resident_bytes(process.pid))
            done, status, usage = os.wait4(process.pid, os.WNOHANG)
            wall_s = time.monotonic() - begun
            if done:
                break
            if wall_s > seconds + 60 or (endless and wall_s >= seconds):
                process.terminate()
            time.sleep(0.02)
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        text = output.read()
    if not endless and process.returncode not in accepted:
        raise SystemExit(f"{' '.join(map(str, command))}\nended with {process.returncode}:\n{text}")
    return text, Figures(wall_s, usage.ru_utime + usage.ru_stime, resident)


def most_resident_bytes(pid):
    """VmHWM of proc(5), as wait4's ru_maxrss also counts what the process was before it called exec."""
    try:
        found = re.search(r"VmHWM:\s+(\d+) kB", pathlib.Path(f"/proc/{pid}/status").read_text())
    except OSError:
        return 0
    return int(found[1]) * 1024 if found else 0


class Clients:
    """All clients, on one CPU, for so many seconds a run. Each returns Figures."""

    def __init__(self, shootout, floors, cpu, seconds):
        self.shootout, self.floors, self.cpu, self.seconds = shootout, floors, cpu, seconds

    def ours(self, url, connections, *options):
        """Busy to the last, it says that it was the bottleneck (exit code 4): here it is meant to be."""
        command = [self.shootout, "load", url, "-c", connections, "-t", 1, "-d", f"{round(self.seconds * 1000)}ms", "--json", "-q"]
        text, figures = run([*command, *options], self.cpu, self.seconds, accepted=(0, 4))
        figures.document = json.loads(text)
        figures.requests = figures.document["requests"]["completed"]
        if troubles := {name: count for name, count in figures.document["errors"].items() if count}:
            print(f"  ours: {troubles}")
        return figures

    def floor(self, program, port, connections):
        text, figures = run([self.floors / program, f"127.0.0.1:{port}", "-c", connections, "-d", self.seconds], self.cpu, self.seconds)
        figures.requests = json.loads(text)["requests"]
        return figures

    def wrk(self, url, connections, post_size=0):
        """wrk knows whole seconds only."""
        with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
            script.write(POSTS.format(size=post_size) if post_size else "")
            script.flush()
            options = ["-s", script.name] if post_size else []
            text, figures = run(["wrk", "-c", connections, "-t", 1, "-d", f"{max(1, round(self.seconds))}s", *options, url], self.cpu, self.seconds)
        figures.requests = int(re.search(r"(\d+) requests in", text)[1])
        if troubles := re.findall(r"(?:Socket errors|Non-2xx).*", text):
            print(f"  wrk: {'; '.join(troubles)}")
        return figures

    def h2load(self, url, connections):
        text, figures = run(["h2load", "--h1", "-c", connections, "-t", 1, "-D", max(1, round(self.seconds)), url], self.cpu, self.seconds)
        figures.requests = int(re.search(r"(\d+) succeeded", text)[1])
        return figures

    def ab(self, url, connections):
        """Its -n is memory, too: more than it manages in the time, and no more."""
        seconds = max(1, round(self.seconds))
        command = ["ab", "-q", "-k", "-c", connections, "-t", seconds, "-n", 500_000 * seconds, url]
        text, figures = run(command, self.cpu, self.seconds)
        figures.requests = int(re.search(r"Complete requests:\s+(\d+)", text)[1])
        return figures

    def oha(self, url, connections):
        command = ["oha", "-c", connections, "-z", f"{round(self.seconds * 1000)}ms", "--no-tui", "--output-format", "json", url]
        text, figures = run(command, self.cpu, self.seconds)
        figures.requests = sum(json.loads(text)["statusCodeDistribution"].values())
        return figures

    def curl(self, url, post_size=0):
        """One transfer after the other over one connection until it is ended; the server counts them."""
        with tempfile.NamedTemporaryFile() as body:
            body.truncate(post_size)
            options = ["-H", "Expect:", "--data-binary", f"@{body.name}"] if post_size else []
            return run(["curl", "-s", "-o", "/dev/null", *options, f"{url}?[1-1000000]"], self.cpu, self.seconds, endless=True)[1]


def left_out():
    """The peers that are not installed."""
    return [peer for peer in ("wrk", "h2load", "ab", "oha", "curl") if not shutil.which(peer)]
