"""The io suite's contenders and the FastAPI simulator, each started by the command line of its contender.yaml."""

import ast
import concurrent.futures
import contextlib
import hashlib
import http.client
import http.server
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import threading
import time

import pytest

CONTENDERS = pathlib.Path(__file__).parent.parent / "contenders"
FLASK, QUART = ["flask-gunicorn", "flask-dev"], ["quart-hypercorn", "quart-dev"]
ALL = [*FLASK, *QUART, "upstream-fastapi"]


def io_test(name, query=""):
    return f"/benchmark/{name.split('-')[0]}-io-test?{query}"


def programs_of(name, cache):
    """The bin folder of shootout's own environment where there is one, else of one made with pip."""
    lock = (CONTENDERS / name / "requirements.txt").read_bytes()
    digest = hashlib.sha256(f"shootout environment 1\n{hashlib.sha256(lock).hexdigest()}\n".encode()).hexdigest()
    user_cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache")
    for marker in user_cache.glob("shootout/environments/*/shootout.json"):
        if json.loads(marker.read_text())["digest"] == digest and (marker.parent / "bin" / "python").exists():
            return marker.parent / "bin"
    folder = cache.mkdir("contenders") / digest[:16]
    if not (folder / "complete").exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        install = [folder / "bin" / "python", "-m", "pip", "install", "--quiet", "--require-hashes", "-r"]
        subprocess.run([*install, CONTENDERS / name / "requirements.txt"], check=True)
        (folder / "complete").touch()
    return folder / "bin"


class Description:
    """What these tests need of a contender.yaml; shootout's own reader checks all of it."""

    def __init__(self, name):
        self.text = re.sub(r"\s+#.*", "", (CONTENDERS / name / "contender.yaml").read_text())
        self.values = dict(re.findall(r"^  (\w+):\s*\{?\s*value: ([\w.]+)", self.text, re.M))

    def fill(self, text, **more):
        return re.sub(r"\{([\w.]+)\}", lambda match: str({"host": "127.0.0.1", **self.values, **more}[match[1]]), text.strip().strip('"'))

    def command(self, **more):
        return [self.fill(word, **more) for word in re.search(r"^command: \[(.*?)\]", self.text, re.M | re.S)[1].split(",")]

    def variables(self, **more):
        block = re.search(r"^variables:\n((?:  .*\n)+)", self.text, re.M)
        return dict((key, self.fill(value, **more)) for key, value in re.findall(r"  (\w+): (.*)", block[1])) if block else {}

    def processes(self):
        counts = dict(re.findall(r"(workers|others): (\"[^\"]*\"|\d+)", self.text[self.text.index("\nprocesses:"):]))
        return sum(int(self.fill(count)) for count in counts.values())


class Server:
    def __init__(self, process, port):
        self.process, self.port, self.url = process, port, f"http://127.0.0.1:{port}"

    def request(self, target, method="GET"):
        """Status and JSON of one request on a connection of its own."""
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)) as connection:
            connection.request(method, target)
            answer = connection.getresponse()
            assert answer.headers["Content-Type"].startswith("application/json"), answer.read()
            return answer.status, json.loads(answer.read())

    def children(self):
        return [int(pid) for pid in pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()]


def wait_until(condition, what):
    for _ in range(3000):
        if condition():
            return
        time.sleep(0.02)
    pytest.fail(f"never: {what}")


@contextlib.contextmanager
def started(name, cache, upstream_url="http://127.0.0.1:9"):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    description = Description(name)
    programs = programs_of(name, cache)
    variables = description.variables(**{"upstream.url": upstream_url})
    environment = {**os.environ, **variables, "PATH": f"{programs}:{os.environ['PATH']}", "PYTHONDONTWRITEBYTECODE": "1"}
    process = subprocess.Popen(description.command(port=port), cwd=CONTENDERS / name, env=environment,
                               stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True)
    server = Server(process, port)

    def ready():
        assert process.poll() is None, f"{name} ended with {process.returncode}"
        with contextlib.suppress(OSError):
            return len(server.children()) + 1 == description.processes() and server.request("/health")[0] == 200

    try:
        wait_until(ready, f"{name} with {description.processes()} processes")
        yield server
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@pytest.fixture(scope="session")
def upstream(request):
    with started("upstream-fastapi", request.config.cache) as server:
        yield server


@pytest.fixture(scope="session", params=[*FLASK, *QUART])
def contender(request, upstream):
    with started(request.param, request.config.cache, upstream.url) as server:
        server.name = request.param
        yield server


def stats_after(upstream, action):
    """How the counters changed over the action, and the most that waited at once meanwhile."""
    before = upstream.request("/stats/reset", "POST")[1]
    result = action()
    after = upstream.request("/stats")[1]
    return result, {key: after[key] - before[key] for key in ("received", "answered", "abandoned")} | {"max_waiting": after["max_waiting"]}


# The text

def test_the_same_application_on_both_servers():
    for production, development in (FLASK, QUART):
        assert (CONTENDERS / production / "app.py").read_text() == (CONTENDERS / development / "app.py").read_text()


def test_the_same_application_on_every_server():
    """Of the suite servers; FastAPI, which has an application of its own, apart."""
    servers = re.search(r"^contenders: \[(.*)\]", (CONTENDERS.parent / "suites" / "servers.yaml").read_text(), re.M)[1].split(", ")
    assert len(servers) == 10
    apps = {(CONTENDERS / name / "app.py").read_text() for name in servers if name != "fastapi-uvicorn"}
    assert len(apps) == 1
    starters = {(CONTENDERS / name / "serve.py").read_text() for name in servers if "bjoern" in name}
    assert len(starters) == 1


def test_the_same_logic_in_both_frameworks():
    def functions(name):
        text = (CONTENDERS / name / "app.py").read_text()
        return {node.name: ast.unparse(node) for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)}

    flask, quart = functions("flask-gunicorn"), functions("quart-hypercorn")
    shared = ("number", "detail", "check", "report")
    assert [flask[name] for name in shared] == [quart[name] for name in shared]


@pytest.mark.parametrize("name", sorted(file.parent.name for file in CONTENDERS.glob("*/requirements.in")))
def test_everything_is_pinned_and_hashed(name):
    lock = (CONTENDERS / name / "requirements.txt").read_text()
    entries = [entry for entry in re.sub(r"^\s*#.*\n", "", lock, flags=re.M).replace("\\\n", " ").splitlines() if entry.strip()]
    for entry in entries:
        assert re.match(r"[a-z0-9-]+==[\w.]+ .*--hash=sha256:[0-9a-f]{64}", entry), entry
    wanted = [package.partition("[")[0] for package in (CONTENDERS / name / "requirements.in").read_text().split()]
    assert set(wanted) <= {entry.split("==")[0] for entry in entries}


# The contenders

def test_health(contender):
    status, body = contender.request("/health")
    assert status == 200 and body["status"] == "healthy" and body["server_type"]


def test_the_answer(contender, upstream):
    (status, body), stats = stats_after(upstream, lambda: contender.request(io_test(contender.name, "delay=0.2&concurrent=5")))
    assert status == 200
    assert body.keys() == {"server_type", "test_params", "timing", "results", "details", "errors", "note"}
    assert body["test_params"] == {"delay": 0.2, "concurrent": 5}
    assert body["results"] == {"successful": 5, "failed": 0, "total": 5}
    assert body["errors"] == [] and body["note"]
    assert sorted(entry["request_id"] for entry in body["details"]) == [1, 2, 3, 4, 5]
    assert all(entry["status"] == "successful" and entry["duration"] >= 0.2 for entry in body["details"])
    timing = body["timing"]
    sequential = contender.name in FLASK
    assert timing["total_duration"] >= (1.0 if sequential else 0.2)
    assert timing["expected_duration_async"] == 0.2 and timing["expected_duration_sync"] == pytest.approx(1.0)
    assert timing["speedup_factor"] == pytest.approx(1.0 / timing["total_duration"])
    assert timing["requests_per_second"] == pytest.approx(5 / timing["total_duration"])
    assert {key: stats[key] for key in ("received", "answered", "abandoned")} == {"received": 5, "answered": 5, "abandoned": 0}
    assert not sequential or stats["max_waiting"] == 1


def test_defaults(contender):
    assert contender.request(io_test(contender.name, "concurrent=1"))[1]["test_params"]["delay"] == 1.0
    assert contender.request(io_test(contender.name, "delay=0.1"))[1]["test_params"]["concurrent"] == 10


@pytest.mark.parametrize("name, value", [
    ("delay", "abc"), ("delay", ""), ("delay", "nan"), ("delay", "inf"), ("delay", "0.09"), ("delay", "10.01"), ("delay", "99"),
    ("concurrent", "0"), ("concurrent", "-1"), ("concurrent", "101"), ("concurrent", "1.5"), ("concurrent", "abc"), ("concurrent", ""),
])
def test_bad_input_names_the_parameter(contender, name, value):
    status, body = contender.request(io_test(contender.name, f"{name}={value}"))
    assert status == 400
    assert body["parameter"] == name and name in body["error"]


@pytest.mark.parametrize("contender", QUART, indirect=True)
def test_all_calls_of_one_request_at_once(contender, upstream):
    # 100 is the highest number that is allowed: no pool on the way may be smaller.
    (_, body), stats = stats_after(upstream, lambda: contender.request(io_test(contender.name, "delay=5&concurrent=100")))
    assert body["results"]["successful"] == 100
    assert stats["max_waiting"] == 100


def test_many_clients_at_once(contender, upstream):
    limited = contender.name == "flask-gunicorn"
    target = io_test(contender.name, f"delay={0.3 if limited else 3}&concurrent=1")

    def clients():
        with concurrent.futures.ThreadPoolExecutor(20) as pool:
            return list(pool.map(lambda _: contender.request(target)[1]["results"]["successful"], range(20)))

    successful, stats = stats_after(upstream, clients)
    assert successful == [1] * 20
    assert stats["received"] == stats["answered"] == 20
    if limited:
        assert stats["max_waiting"] <= 8  # 4 workers x 2 threads
    else:
        assert stats["max_waiting"] == 20  # a thread for each connection, or an event loop


class BadUpstream(http.server.BaseHTTPRequestHandler):
    """Answers call 1 as it should, and each of the others wrongly in another way."""

    def do_GET(self):
        call = int(re.search(r"request_id=(\d+)", self.path)[1])
        bodies = {1: (200, b'{"request_id": "1"}'), 2: (500, b'{"request_id": "2"}'), 3: (200, b'{"request_id": "77"}'),
                  4: (200, b"no JSON"), 5: (200, b"[]")}
        if call not in bodies:
            self.close_connection = True
            return
        status, body = bodies[call]
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.mark.parametrize("name", ["flask-dev", "quart-dev"])
def test_failed_calls_are_counted_not_thrown(name, request):
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), BadUpstream) as bad:
        threading.Thread(target=bad.serve_forever, daemon=True).start()
        with started(name, request.config.cache, f"http://127.0.0.1:{bad.server_port}") as server:
            status, body = server.request(io_test(name, "delay=0.1&concurrent=6"))
            assert status == 200
            assert body["results"] == {"successful": 1, "failed": 5, "total": 6}
            assert [entry["status"] for entry in body["details"]] == ["successful"] + ["failed"] * 5
            assert [entry["error"] for entry in body["details"][1:]] == body["errors"]
            bad.shutdown()
            bad.server_close()
            body = server.request(io_test(name, "delay=0.1&concurrent=3"))[1]
            assert body["results"] == {"successful": 0, "failed": 3, "total": 3}
            assert all(body["errors"])


# The simulator

def open_calls(upstream, count, delay):
    connections = [socket.create_connection(("127.0.0.1", upstream.port), timeout=60) for _ in range(count)]
    for number, connection in enumerate(connections):
        connection.sendall(f"GET /slow-io?delay={delay}&request_id={number} HTTP/1.1\r\nHost: test\r\n\r\n".encode())
    return connections


def wait_for_stats(upstream, **expected):
    wait_until(lambda: expected.items() <= upstream.request("/stats")[1].items(), f"{expected}: {upstream.request('/stats')[1]}")


def was_answered(connection):
    with contextlib.suppress(OSError):
        return connection.recv(4096).startswith(b"HTTP/1.1 200")
    return False


@pytest.mark.parametrize("delay", ["0", "0.05", "0.3"])
def test_slow_io_waits_and_never_less(upstream, delay):
    begin = time.monotonic()
    status, body = upstream.request(f"/slow-io?delay={delay}&request_id=a%20b")
    assert status == 200 and time.monotonic() - begin >= float(delay)
    assert body.keys() == {"request_id", "delay", "actual_delay", "server"}
    assert body["request_id"] == "a b" and body["delay"] == float(delay) and body["actual_delay"] >= float(delay)


@pytest.mark.parametrize("query, parameter", [
    ("", "delay"), ("delay=", "delay"), ("delay=abc", "delay"), ("delay=nan", "delay"), ("delay=inf", "delay"),
    ("delay=-0.1", "delay"), ("delay=30.1", "delay"), (f"delay=0&request_id={'x' * 257}", "request_id"),
])
def test_bad_calls_are_400_and_not_counted(upstream, query, parameter):
    (status, body), stats = stats_after(upstream, lambda: upstream.request(f"/slow-io?{query}"))
    assert status == 400 and body["parameter"] == parameter and body["error"]
    assert stats["received"] == 0


def test_counters_are_exact_over_both_workers(request):
    with started("upstream-fastapi", request.config.cache) as upstream:
        connections = open_calls(upstream, 200, delay=8)
        wait_for_stats(upstream, waiting=200)
        for _ in range(30):  # whichever worker answers
            assert upstream.request("/stats")[1] == {"received": 200, "answered": 0, "waiting": 200, "abandoned": 0, "max_waiting": 200}
        for connection in connections[:50]:
            connection.close()
        wait_for_stats(upstream, waiting=150, abandoned=50)
        assert upstream.request("/stats/reset", "POST")[1]["max_waiting"] == 150
        assert all(was_answered(connection) for connection in connections[50:])
        assert upstream.request("/stats")[1] == {"received": 200, "answered": 150, "waiting": 0, "abandoned": 50, "max_waiting": 150}
        for connection in connections:
            connection.close()


def test_counters_stay_right_when_a_worker_dies(request):
    with started("upstream-fastapi", request.config.cache) as upstream:
        connections = open_calls(upstream, 40, delay=5)
        wait_for_stats(upstream, waiting=40)
        worker = upstream.children()[-1]
        os.kill(worker, signal.SIGKILL)
        answered = sum(was_answered(connection) for connection in connections)
        wait_until(lambda: worker not in upstream.children() and len(upstream.children()) == 3, "a new worker")
        expected = {"received": 40, "answered": answered, "waiting": 0, "abandoned": 40 - answered, "max_waiting": 40}
        for _ in range(10):  # the new worker answers alike
            assert upstream.request("/stats")[1] == expected
        for connection in connections:
            connection.close()


def test_idle_connections_are_kept(upstream):
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", upstream.port, timeout=60)) as connection:
        connection.request("GET", "/health")
        connection.getresponse().read()
        kept = connection.sock
        time.sleep(6)  # longer than Uvicorn's own 5 s
        kept.setblocking(False)
        with pytest.raises(BlockingIOError):  # at its end, this would read b""
            kept.recv(1)
