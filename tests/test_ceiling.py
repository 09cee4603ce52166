"""The ceiling server, `shootout ceiling`: any request is answered at once, with a body as long as wanted."""

import contextlib
import http.client
import json
import os
import pathlib
import re
import signal
import socket

import pytest

LARGEST = 64 << 20


@pytest.fixture
def ceiling(shootout):
    """Starts one with these arguments; gives its port and its process."""
    with contextlib.ExitStack() as stack:

        def start(*arguments):
            process = shootout.start("ceiling", "--port", "0", *arguments)
            stack.callback(process.stderr.close)
            stack.callback(process.stdout.close)
            stack.callback(process.wait)
            stack.callback(process.kill)
            line = process.stdout.readline()
            assert (port := re.fullmatch(r"listening on http://127\.0\.0\.1:(\d+)\n", line)), line
            return int(port[1]), process

        yield start


def connected(port):
    return contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20))


def ask(connection, target, method="GET", **arguments):
    connection.request(method, target, **arguments)
    answer = connection.getresponse()
    return answer.status, answer.headers, answer.read()


def filler(length):
    return (b"ok" * (length // 2 + 1))[:length]


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "BREW"])
def test_any_request_is_answered(ceiling, method):
    port, _ = ceiling()
    with connected(port) as connection:
        for target, body in [("/health", None), ("/any/path?n=1", b"x" * 3_000_000), ("/", iter([b"chunk", b"ed"])), ("/x", None)]:
            status, headers, answer = ask(connection, target, method, body=body, encode_chunked=True)
            assert (status, answer) == (200, b"ok")
            assert headers["Content-Type"] == "text/plain" and headers["Content-Length"] == "2" and headers["Date"]


@pytest.mark.parametrize("length", [0, 1, 2, 4096, 4097, 65536, 1_000_001, LARGEST])
def test_the_body_is_as_long_as_wanted(ceiling, length):
    port, _ = ceiling("--bytes", length)
    with connected(port) as connection:
        assert ask(connection, "/") [2] == filler(length)
        assert ask(connection, "/?bytes=7")[2] == filler(7)
        status, headers, body = ask(connection, f"/?bytes={length}", "HEAD")
        assert (status, body, headers["Content-Length"]) == (200, b"", str(length))
        assert ask(connection, f"/?a=b&bytes={length}")[2] == filler(length)


def test_pipelined_answers_keep_their_order_and_their_lengths(ceiling):
    port, _ = ceiling()
    lengths = [3, 100_000, 0, 5000, 2_000_000, 4096, 1] * 5
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection, connection.makefile("rb") as stream:
        connection.sendall(b"".join(f"GET /?bytes={n} HTTP/1.1\r\nHost: x\r\n\r\n".encode() for n in lengths[:-1]))
        connection.sendall(f"GET /?bytes={lengths[-1]} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        for length in lengths:
            assert stream.readline().startswith(b"HTTP/1.1 200")
            headers = http.client.parse_headers(stream)
            assert int(headers["Content-Length"]) == length
            assert stream.read(length) == filler(length)
        assert headers["Connection"] == "close"
        assert stream.read() == b""


def test_a_client_that_does_not_read_costs_no_memory(ceiling):
    port, process = ceiling()
    with contextlib.ExitStack() as stack:
        for _ in range(20):
            connection = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=20))
            connection.sendall(f"GET /?bytes={LARGEST} HTTP/1.1\r\nHost: x\r\n\r\n".encode() * 10)
        with connected(port) as other:
            assert ask(other, "/")[2] == b"ok"
        memory = pathlib.Path(f"/proc/{process.pid}/status").read_text()
        assert int(re.search(r"VmRSS:\s+(\d+) kB", memory)[1]) < 60_000


@pytest.mark.parametrize("arguments, target", [((), "/?work=100000000"), (("--work", 100_000_000), "/")])
def test_work_takes_cpu(ceiling, arguments, target):
    def cpu_s():
        fields = pathlib.Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return int(fields[11]) / os.sysconf("SC_CLK_TCK")

    port, process = ceiling(*arguments)
    with connected(port) as connection:
        before = cpu_s()
        assert ask(connection, target)[2] == b"ok"
        assert cpu_s() - before >= 0.05  # no core does two such rounds in a nanosecond
        before = cpu_s()
        assert ask(connection, "/?work=0")[2] == b"ok"
        assert cpu_s() - before < 0.05


def test_what_is_no_http_is_refused(ceiling):
    port, _ = ceiling()
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection, connection.makefile("rb") as stream:
        connection.sendall(b"nonsense\r\n\r\n")
        assert stream.readline().startswith(b"HTTP/1.1 400")


@pytest.mark.parametrize("arguments", [("--bytes", LARGEST + 1), ("--bytes", "-1"), ("--work", "1e3"), ("--work", 10**10)])
def test_wrong_arguments_are_said(shootout, arguments):
    done = shootout("ceiling", "--port", "0", *arguments, timeout=20)
    assert done.returncode == 2 and arguments[0] in done.stderr and done.stdout == ""


def test_a_taken_port_is_said(ceiling, shootout):
    port, _ = ceiling()
    second = shootout("ceiling", "--port", port, timeout=20)
    assert second.returncode == 5 and f"127.0.0.1:{port}" in second.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals_end_it_cleanly(ceiling, number):
    _, process = ceiling()
    process.send_signal(number)
    assert process.wait(timeout=20) == 0


def test_a_websocket_echoes(ceiling, shootout):
    port, _ = ceiling()
    for message in (["--ws-message", "hello"], ["--ws-size", "100000", "--ws-binary"], ["--ws-size", "70000", "--ws-fragment", "1000"]):
        done = shootout("load", f"ws://127.0.0.1:{port}/any", "-c", "3", "-n", "300", *message, "--json")
        result = json.loads(done.stdout)
        assert result["requests"]["succeeded"] == 300, done.stdout
        assert sum(result["errors"].values()) == 0
