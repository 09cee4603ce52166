"""Where shootout load connects, how many connections stand when, and how it ends: each by the server's own count."""

import asyncio
import json
import signal
import socket
import subprocess
import time

import pytest

from loading import PROGRAM, check_identities, load, only_error, shootout_load
from misbehaving import behaviours
from misbehaving.server import Server


class OnSocket(Server):
    """A server on a socket that the test has bound."""

    def __init__(self, behaviour, listener):
        super().__init__(behaviour)
        self._listener = listener

    async def _listen(self):
        start = asyncio.start_unix_server if self._listener.family == socket.AF_UNIX else asyncio.start_server
        return await start(self._connected, sock=self._listener, limit=1 << 26)


def standing(levels):
    """Answers after a while, and keeps (time, connections that stand) of every change."""
    open_now = 0

    async def serve(peer):
        nonlocal open_now
        open_now += 1
        levels.append((time.monotonic(), open_now))
        try:
            while await peer.request():
                await asyncio.sleep(0.005)
                await peer.send(behaviours.HELLO)
        finally:
            open_now -= 1
            levels.append((time.monotonic(), open_now))

    return serve


# ---- where --------------------------------------------------------------------------------------------------------


def test_a_unix_socket(tmp_path):
    path = tmp_path / "server.sock"
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    listener.listen(64)
    with OnSocket(behaviours.answers(behaviours.HELLO), listener) as server:
        document = load("http://example.test/where", "--unix-socket", path, "-c", 5, "-t", 2, "-n", 100)
    assert document["requests"]["succeeded"] == server.requests == 100
    assert document["connections"]["opened"] == 5
    assert server.last_head.startswith(b"GET /where HTTP/1.1\r\n")
    assert b"\r\nHost: example.test\r\n" in server.last_head


def test_a_unix_socket_that_is_not_there(tmp_path):
    done = shootout_load("http://h/", "--unix-socket", tmp_path / "none.sock", "-n", 1)
    assert done.returncode == 5
    assert "none.sock" in done.stderr


def test_ipv6():
    try:
        listener = socket.create_server(("::1", 0), family=socket.AF_INET6)
    except OSError:
        pytest.skip("no IPv6 on this machine")
    port = listener.getsockname()[1]
    with OnSocket(behaviours.answers(behaviours.HELLO), listener) as server:
        document = load(f"http://[::1]:{port}/", "-c", 5, "-t", 2, "-n", 100)
    assert document["requests"]["succeeded"] == server.requests == 100
    assert b"\r\nHost: [::1]:%d\r\n" % port in server.last_head


# ---- how many -------------------------------------------------------------------------------------------------------


def test_stages_of_connections():
    levels = []
    with Server(standing(levels)) as server:
        document = load(server.url, "-t", 2, "--stages", "2:500ms,9:500ms,4:500ms")
    assert document["requests"]["succeeded"] == server.requests
    begin = levels[2][0]  # after the one that looked whether anybody listens
    for stage, expected in enumerate((2, 9, 4)):
        middle = begin + 0.5 * stage + 0.3
        assert [count for when, count in levels if when <= middle][-1] == expected
    assert max(count for _, count in levels) == 9
    assert [stage["level"] for stage in document["stages"]] == ["connections"] * 3
    assert [stage["from"] for stage in document["stages"]] == [2, 9, 4]
    started = [stage["started"] for stage in document["stages"]]
    assert sum(started) == document["requests"]["started"]
    assert started[1] > started[2] > started[0] > 0


def test_a_ramp_of_connections():
    """It rises in a straight line: half of them stand in the middle."""
    levels = []
    with Server(standing(levels)) as server:
        load(server.url, "-t", 2, "--stages", "0..40:1s")
    begin = levels[2][0] - 1 / 40
    for share in (0.25, 0.5, 0.75):
        count = [count for when, count in levels if when <= begin + share][-1]
        assert count == pytest.approx(40 * share, abs=4)


def test_connections_are_opened_at_the_stated_pace():
    levels = []
    with Server(standing(levels)) as server:
        document = load(server.url, "-c", 50, "-t", 2, "--ramp", 100, "-n", 2000)
    opened = [when for (_, before), (when, after) in zip(levels, levels[1:]) if after > before]
    assert document["connections"]["opened"] == 50
    assert opened[49] - opened[1] == pytest.approx(0.48, rel=0.15)
    assert document["connections"]["open_s"] == pytest.approx(0.49, rel=0.15)


# ---- how it ends ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("condition", "code"), [("p50 > 5ms", 99), ("p50 > 5s", 0), ("errors > 0 || rps < 1M", 99)])
def test_a_condition_on_latencies(condition, code):
    with Server(behaviours.sleeps(0.01)) as server:
        document = load_with_code(server.url, code, "-c", 2, "-n", 40, "--fail-if", condition)
    assert document["requests"]["succeeded"] == 40


def load_with_code(url, code, *options):
    done = shootout_load(url, "--json", *options)
    assert done.returncode == code, done.stderr
    assert ("--fail-if holds" in done.stderr) == (code == 99)
    return json.loads(done.stdout)


@pytest.mark.parametrize("output", ["--json", "--quiet"])
@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_interrupted_in_the_middle(output, sent, code):
    with Server(behaviours.sleeps(0.01)) as server:
        running = subprocess.Popen([PROGRAM, "load", server.url, output, "-d", "1h", "-c", "4"], stdout=subprocess.PIPE, text=True)
        while server.requests < 40:
            time.sleep(0.01)
        running.send_signal(sent)
        text = running.communicate(timeout=20)[0]
    assert running.returncode == code
    if output == "--quiet":
        assert "ended early" in text and "requests/s" in text
        return
    document = json.loads(text)
    check_identities(document)
    assert document["interrupted"]
    assert document["requests"]["succeeded"] == document["requests"]["started"] == server.requests
    assert document["duration_s"] < 30


def test_interrupted_while_all_wait_they_are_unanswered_and_say_how_long():
    with Server(behaviours.stalls_after(b"")) as server:
        running = subprocess.Popen([PROGRAM, "load", server.url, "--json", "-d", "1h", "-c", "4", "--timeout", "1h"], stdout=subprocess.PIPE, text=True)
        while server.requests < 4:
            time.sleep(0.01)
        time.sleep(0.5)
        running.send_signal(signal.SIGINT)
        document = json.loads(running.communicate(timeout=20)[0])
    assert running.returncode == 130
    check_identities(document)
    assert document["requests"]["started"] == document["requests"]["unanswered"] == 4
    assert sum(document["errors"].values()) == document["requests"]["never_sent"] == 0
    assert document["unanswered_wait_us"]["count"] == 4
    assert document["unanswered_wait_us"]["min"] >= 500_000
    assert document["latency_us"]["max"] == document["unanswered_wait_us"]["max"]


# ---- memory ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "error"),
    [(b"HTTP/1.1 500 Oh\r\nContent-Length: 60000\r\n\r\n" + b"x" * 60_000, "status"), (b"nonsense " * 8000 + b"\r\n\r\n", "protocol")],
    ids=["status", "protocol"],
)
def test_errors_cost_no_memory(data, error):
    with Server(behaviours.answers(data)) as server:
        document = load(server.url, "-c", 50, "-d", "3s")
    only_error(document, error, document["requests"]["started"])
    assert document["requests"]["started"] > 500
    assert len(document["offences"]) <= 10
    assert document["generator"]["max_rss_bytes"] < 40_000_000
