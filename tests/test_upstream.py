"""The I/O simulator, `shootout upstream`, as its clients see it."""

import contextlib
import http.client
import json
import os
import pathlib
import re
import resource
import signal
import socket
import subprocess
import threading
import time
import urllib.parse

import pytest

PROGRAM = os.environ.get("SHOOTOUT") or pathlib.Path(__file__).parent.parent / "build" / "shootout"
FIELDS = {"received", "answered", "waiting", "max_waiting", "abandoned"}


class Upstream:
    def __init__(self, process, port):
        self.process, self.port = process, port

    def request(self, target, method="GET", **headers):
        """The status, the headers and the JSON of one request on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        with contextlib.closing(connection):
            connection.request(method, target, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.headers, json.loads(answer.read() or "null")

    def stats(self):
        return self.request("/stats")[2]

    def wait_for_stats(self, **expected):
        for _ in range(500):
            stats = self.stats()
            if all(stats[key] == value for key, value in expected.items()):
                return
            time.sleep(0.02)
        pytest.fail(f"the counters never became {expected}: {stats}")

    def connect(self):
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=20)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection


@contextlib.contextmanager
def started(*arguments, **options):
    process = subprocess.Popen([PROGRAM, "upstream", "--port", "0", *arguments], stdout=subprocess.PIPE, text=True, **options)
    try:
        line = process.stdout.readline()
        port = re.fullmatch(r"listening on http://127\.0\.0\.1:(\d+)\n", line)
        assert port, line
        yield Upstream(process, int(port[1]))
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


@pytest.fixture
def upstream():
    with started() as server:
        yield server


def get(target, *headers):
    return "\r\n".join([f"GET {target} HTTP/1.1", "Host: x", *headers, "", ""]).encode()


def read_answer(stream):
    """The next answer of a connection's file: status, headers, body. None where the connection ended."""
    line = stream.readline()
    if not line:
        return None
    headers = http.client.parse_headers(stream)
    return int(line.split()[1]), headers, stream.read(int(headers.get("Content-Length", 0)))


def test_health(upstream):
    status, headers, body = upstream.request("/health")
    assert (status, body) == (200, {"status": "healthy", "server": "shootout upstream"})
    assert headers["Content-Type"] == "application/json"
    assert re.fullmatch(r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT", headers["Date"])


@pytest.mark.parametrize("delay", ["0", "0.1", "0.25", "1e-2", "0.0123456789"])
def test_slow_io_waits_and_never_less(upstream, delay):
    before = time.monotonic()
    status, _, body = upstream.request(f"/slow-io?delay={delay}&request_id=7")
    took = time.monotonic() - before
    assert status == 200
    assert body.keys() == {"request_id", "delay", "actual_delay", "server"}
    assert (body["request_id"], body["delay"]) == ("7", float(delay))
    assert float(delay) <= body["actual_delay"] <= took


@pytest.mark.parametrize("request_id", ["", "0", 'q"\\/\n\x00', "ä€😀", "a b+c&d=e%", "x" * 256])
def test_request_id_comes_back(upstream, request_id):
    query = urllib.parse.urlencode({"delay": 0, "request_id": request_id})
    assert upstream.request(f"/slow-io?{query}")[2]["request_id"] == request_id


@pytest.mark.parametrize(
    "query, parameter",
    [
        ("", "delay"), ("?request_id=1", "delay"), ("?delay=", "delay"), ("?delay=abc", "delay"), ("?delay=-0.01", "delay"),
        ("?delay=30.001", "delay"), ("?delay=nan", "delay"), ("?delay=inf", "delay"), ("?delay=1&delay=1", "delay"),
        ("?delay=%zz", "delay"), ("?delay=0&request_id=%ff", "request_id"), (f"?delay=0&request_id={'x' * 257}", "request_id"),
    ],
)  # fmt: skip
def test_bad_input_names_the_parameter(upstream, query, parameter):
    status, headers, body = upstream.request(f"/slow-io{query}")
    assert status == 400
    assert headers["Content-Type"] == "application/json"
    assert body["parameter"] == parameter and body["error"]
    assert upstream.stats()["received"] == 0


def test_unknown_paths_and_methods(upstream):
    assert upstream.request("/nope")[0] == 404
    status, headers, body = upstream.request("/slow-io?delay=0", method="DELETE")
    assert (status, headers["Allow"]) == (405, "GET, HEAD") and body["error"]
    assert upstream.request("/stats/reset")[1]["Allow"] == "POST"


def test_head_has_the_headers_of_get(upstream):
    with upstream.connect() as connection, connection.makefile("rb") as stream:
        connection.sendall(b"HEAD /health HTTP/1.1\r\nHost: x\r\n\r\n" + get("/health"))
        head = stream.readline(), http.client.parse_headers(stream)
        status, headers, body = read_answer(stream)
        assert status == 200 and json.loads(body)
        assert head[1]["Content-Length"] == headers["Content-Length"] == str(len(body))


@pytest.mark.parametrize(
    "request_bytes, status",
    [
        (b"nonsense\r\n\r\n", 400), (b"GET /health HTTP/1.1\r\n\r\n", 400), (b"GET /" + b"x" * 9000, 414),
        (b"GET / HTTP/1.1\r\nX: " + b"x" * 40000, 431), (b"GET / HTTP/3.0\r\n", 505),
    ],
)  # fmt: skip
def test_illegal_requests_are_answered_and_end_the_connection(upstream, request_bytes, status):
    with upstream.connect() as connection, connection.makefile("rb") as stream:
        connection.sendall(get("/health") + request_bytes + b"x" * 100_000)
        assert read_answer(stream)[0] == 200
        answer = read_answer(stream)
        assert answer[0] == status and answer[1]["Connection"] == "close" and json.loads(answer[2])["error"]
        assert read_answer(stream) is None


@pytest.mark.parametrize("request_bytes", [get("/health", "Connection: close"), b"GET /health HTTP/1.0\r\n\r\n"])
def test_closes_when_asked(upstream, request_bytes):
    with upstream.connect() as connection, connection.makefile("rb") as stream:
        connection.sendall(request_bytes + get("/health"))
        assert read_answer(stream)[1]["Connection"] == "close"
        assert read_answer(stream) is None


def test_a_request_may_come_in_any_pieces(upstream):
    request = b"POST /stats/reset HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n" + get("/slow-io?delay=0")
    with upstream.connect() as connection, connection.makefile("rb") as stream:
        for i in range(len(request)):
            connection.sendall(request[i : i + 1])
        assert [read_answer(stream)[0] for _ in range(2)] == [200, 200]


def test_bodies_are_read_and_ignored(upstream):
    body = b"x" * 3_000_000
    head = f"POST /stats/reset HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    with upstream.connect() as connection, connection.makefile("rb") as stream:
        connection.sendall(head + body + get("/health"))
        assert set(json.loads(read_answer(stream)[2])) == FIELDS
        assert read_answer(stream)[0] == 200


def test_expect_continue(upstream):
    with upstream.connect() as connection, connection.makefile("rb") as stream:
        connection.sendall(b"POST /stats/reset HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
        assert read_answer(stream)[0] == 100
        connection.sendall(b"ok")
        assert read_answer(stream)[0] == 200


def test_pipelined_requests_wait_together_and_are_answered_in_order(upstream):
    delays = [0.3, 0.1, 0.2, 0]
    with upstream.connect() as connection, connection.makefile("rb") as stream:
        connection.sendall(b"".join(get(f"/slow-io?delay={delay}&request_id={i}") for i, delay in enumerate(delays)) + get("/health"))
        upstream.wait_for_stats(received=4)
        answers = [json.loads(read_answer(stream)[2]) for _ in range(5)]
    assert [answer.get("request_id") for answer in answers] == ["0", "1", "2", "3", None]
    for delay, answer in zip(delays, answers):
        assert answer["delay"] == delay
        assert answer["actual_delay"] >= 0.3  # behind the first, and from their own receipt


def test_more_pipelined_than_it_holds_at_once(upstream):
    """It stops reading, and goes on when there is room: neither side's memory grows without end."""
    count = 5000
    with upstream.connect() as connection, connection.makefile("rb") as stream:
        requests = get("/slow-io?delay=0.2") + get("/health") * count + get("/slow-io?delay=0")
        sender = threading.Thread(target=connection.sendall, args=[requests])
        sender.start()
        statuses = [read_answer(stream)[0] for _ in range(count + 2)]
        sender.join()
    assert statuses == [200] * (count + 2)
    upstream.wait_for_stats(received=2, answered=2)


def test_idle_connections_are_kept(upstream):
    with upstream.connect() as connection:
        connection.sendall(get("/slow-io?delay=0"))
        assert connection.recv(4096).startswith(b"HTTP/1.1 200")
        connection.settimeout(6)
        with pytest.raises(TimeoutError):
            connection.recv(1)
        connection.settimeout(20)
        connection.sendall(get("/slow-io?delay=0"))
        assert connection.recv(4096).startswith(b"HTTP/1.1 200")


def test_counters_are_exact(upstream):
    """500 requests at once, on as many connections."""
    count = 500
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, 4096)), hard))
    with contextlib.ExitStack() as stack:
        connections = [stack.enter_context(upstream.connect()) for _ in range(count)]
        for i, connection in enumerate(connections):
            connection.sendall(get(f"/slow-io?delay={2 + i / 1000}&request_id={i}"))
        upstream.wait_for_stats(received=count)
        stats = upstream.stats()
        assert stats["received"] == stats["answered"] + stats["waiting"]
        for i, connection in enumerate(connections):
            answer = json.loads(read_answer(stack.enter_context(connection.makefile("rb")))[2])
            assert answer["request_id"] == str(i)
            assert answer["actual_delay"] >= 2 + i / 1000
    final = {"received": count, "answered": count, "waiting": 0, "abandoned": 0}
    stats = upstream.stats()
    assert stats.pop("max_waiting") <= count
    assert stats == final


def test_the_peak_of_waiting_is_seen_and_can_begin_anew(upstream):
    with upstream.connect() as connection, connection.makefile("rb") as stream:
        connection.sendall(get("/slow-io?delay=0.5") * 20)
        upstream.wait_for_stats(waiting=20, max_waiting=20)
        for _ in range(20):
            read_answer(stream)
        assert upstream.stats()["max_waiting"] == 20
        connection.sendall(get("/slow-io?delay=1"))
        upstream.wait_for_stats(waiting=1)
        assert upstream.request("/stats/reset", method="POST")[2]["max_waiting"] == 1
        assert upstream.stats() == {"received": 21, "answered": 20, "waiting": 1, "max_waiting": 1, "abandoned": 0}


@pytest.mark.parametrize("reset", [False, True])
def test_a_client_that_goes_away_is_abandoned(upstream, reset):
    connection = upstream.connect()
    connection.sendall(get("/slow-io?delay=20") + get("/slow-io?delay=20"))
    upstream.wait_for_stats(waiting=2)
    if reset:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    connection.close()
    upstream.wait_for_stats(received=2, answered=0, waiting=0, abandoned=2)


def test_a_client_that_does_not_read_is_no_trouble(upstream):
    with upstream.connect() as connection:
        connection.settimeout(1)
        with pytest.raises(TimeoutError):
            while True:
                connection.sendall(get("/health") * 1000)
        assert upstream.request("/health")[0] == 200
        memory = pathlib.Path(f"/proc/{upstream.process.pid}/status").read_text()
        assert int(re.search(r"VmRSS:\s+(\d+) kB", memory)[1]) < 100_000


def test_too_few_files_keep_clients_waiting_and_burn_no_cpu():
    def limit():
        resource.setrlimit(resource.RLIMIT_NOFILE, (40, 40))

    with started(preexec_fn=limit) as upstream, contextlib.ExitStack() as stack:
        connections = [stack.enter_context(upstream.connect()) for _ in range(60)]

        def cpu_s():
            fields = pathlib.Path(f"/proc/{upstream.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
            return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

        before = cpu_s()
        time.sleep(1)
        assert cpu_s() - before < 0.3
        connections[59].sendall(get("/health"))
        for connection in connections[:40]:
            connection.close()
        assert connections[59].recv(12) == b"HTTP/1.1 200"


def test_a_taken_port_is_said(upstream):
    second = subprocess.run([PROGRAM, "upstream", "--port", str(upstream.port)], capture_output=True, text=True, timeout=20)
    assert second.returncode == 5
    assert f"127.0.0.1:{upstream.port}" in second.stderr and "taken" in second.stderr
    assert second.stdout == ""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals_end_it_at_once_and_cleanly(upstream, number):
    with upstream.connect() as connection:
        connection.sendall(get("/slow-io?delay=30"))
        upstream.wait_for_stats(waiting=1)
        upstream.process.send_signal(number)
        assert upstream.process.wait(timeout=20) == 0
        assert connection.recv(1) == b""
