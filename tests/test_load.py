"""shootout load against servers that count for themselves, most of which do one thing wrong."""

import json
import os
import pathlib
import pty
import subprocess
import time

import jsonschema
import pytest

from loading import ERRORS, PROGRAM, check_identities, load, only_error, shootout_load
from misbehaving import behaviours
from misbehaving.server import DeafListener, Server

DATE = b"Date: Sun, 22 Nov 2026 04:39:41 GMT\r\n"
SCHEMA = json.loads((pathlib.Path(__file__).parents[1] / "schemas" / "shootout.load-1.schema.json").read_text())


# ---- counts --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("connections", "threads", "requests"), [(1, 1, 1), (7, 3, 1000), (50, 2, 333), (64, 1, 10)])
def test_counts_are_those_of_the_server(connections, threads, requests):
    with Server(behaviours.answers(behaviours.HELLO)) as server:
        document = load(server.url, "-c", connections, "-t", threads, "-n", requests)
    assert server.requests == requests == document["requests"]["started"] == document["requests"]["succeeded"]
    opened = document["connections"]["opened"]
    assert server.connections == opened + 1  # the one that looked whether anybody listens
    assert opened == min(connections, requests)
    assert document["bytes"]["received"] == requests * len(behaviours.HELLO)
    assert document["bytes"]["sent"] == requests * len(server.last_head)
    assert document["status"] == {"200": requests}


def test_by_duration_nothing_is_lost_at_the_ends():
    with Server(behaviours.sleeps(0.02)) as server:
        document = load(server.url, "-c", 5, "-t", 2, "-d", "500ms")
    assert document["duration_s"] == 0.5
    assert document["requests"]["started"] == document["requests"]["succeeded"] == server.requests
    assert document["generator"]["concurrency_mean"] == pytest.approx(5, rel=0.1)
    assert [second["t_s"] for second in document["series"]] == [0.5]


def test_settling_is_not_counted():
    with Server(behaviours.sleeps(0.02)) as server:
        document = load(server.url, "-c", 5, "-d", "300ms", "--settle", "400ms")
    assert 0 < document["requests"]["started"] < server.requests
    assert document["duration_s"] == 0.3


def test_a_freeze_is_in_the_latencies():
    with Server(behaviours.freezes_once(0.8, after_s=0.3)) as server:
        document = load(server.url, "-c", 10, "-t", 1, "-d", "1500ms")
    assert document["latency_us"]["max"] >= 600_000
    assert document["requests"]["succeeded"] == server.requests


def test_header_method_and_body_arrive():
    with Server(behaviours.answers(behaviours.HELLO)) as server:
        load(server.url, "-n", 5, "-H", "X-Test: a: b", "-H", "host: example", "--body", "abc")
    assert server.last_head.startswith(b"POST / HTTP/1.1\r\n")
    assert b"X-Test: a: b\r\n" in server.last_head
    assert server.last_head.lower().count(b"host:") == 1
    assert b"Content-Length: 3\r\n" in server.last_head


# ---- answers that are legal, however odd -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 \r\ncontent-length: 2\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n0\r\nX: y\r\n\r\n",
        b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + behaviours.HELLO,
        b"HTTP/1.1 204 No Content\r\n\r\n",
        b"HTTP/1.1 304 Not Modified\r\nContent-Length: 99\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"v" * 60_000 + b"\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n" + b"x" * 1_000_000,
    ],
    ids=["no reason", "chunked", "interim", "204", "304", "long line", "1 MB"],
)
def test_legal_answers_succeed(answer):
    with Server(behaviours.answers(answer)) as server:
        document = load(server.url, "-c", 3, "-n", 30)
    assert document["requests"]["succeeded"] == server.requests == 30
    assert document["connections"]["opened"] == 3


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok",
        b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\n\r\nup to the close",
    ],
    ids=["connection: close", "HTTP/1.0", "until the close"],
)
def test_answers_that_end_the_connection(answer):
    with Server(behaviours.answers_once(answer)) as server:
        document = load(server.url, "-c", 2, "-n", 10)
    assert document["requests"]["succeeded"] == server.requests == 10
    assert document["connections"]["opened"] == 10
    assert document["connections"]["closed_by_server_idle"] == 0


def test_slow_bytes_are_waited_for():
    with Server(behaviours.slow_bytes(behaviours.HELLO, 0.002)) as server:
        document = load(server.url, "-c", 2, "-n", 4)
    assert document["requests"]["succeeded"] == 4
    assert document["latency_us"]["min"] > document["first_byte_us"]["min"]
    assert document["latency_us"]["min"] >= 2000 * (len(behaviours.HELLO) - 1)


# ---- servers that do something wrong ----------------------------------------------------------------------------

CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
MISBEHAVIOURS = {
    "short body": (behaviours.answers_once(behaviours.HALF), "closed"),
    "long body": (behaviours.answers(behaviours.HELLO + b"!"), "protocol"),
    "closed unanswered": (behaviours.answers_once(b""), "closed"),
    "closed in the status line": (behaviours.answers_once(b"HTTP/1.1 2"), "closed"),
    "closed in the header": (behaviours.answers_once(b"HTTP/1.1 200 OK\r\n" + DATE), "closed"),
    "closed in a chunk": (behaviours.answers_once(CHUNKED + b"5\r\nhel"), "closed"),
    "closed before the last chunk": (behaviours.answers_once(CHUNKED + b"5\r\nhello\r\n"), "closed"),
    "reset unanswered": (behaviours.resets_after(b""), "reset"),
    "reset in the header": (behaviours.resets_after(b"HTTP/1.1 200 OK\r\n"), "reset"),
    "reset in the body": (behaviours.resets_after(behaviours.HALF), "reset"),
    "reset in a body until the close": (behaviours.resets_after(b"HTTP/1.1 200 OK\r\n\r\nabc"), "reset"),
    "reset at once": (behaviours.resets_after(b"", reads=False), "reset"),
    "no answer": (behaviours.stalls_after(b""), "timeout"),
    "stall in the header": (behaviours.stalls_after(b"HTTP/1.1 200 OK\r\nA"), "timeout"),
    "stall in the body": (behaviours.stalls_after(behaviours.HALF), "timeout"),
    "only interim answers": (behaviours.stalls_after(b"HTTP/1.1 100 Continue\r\n\r\n"), "timeout"),
    "garbage": (behaviours.answers(b"\x00\x01garbage\r\n\r\n"), "protocol"),
    "a greeting": (behaviours.greets(b"220 mail.example ESMTP\r\n"), "protocol"),
    "unsolicited answer": (behaviours.answers(behaviours.HELLO * 2), "protocol"),
    "a body to HEAD's like": (behaviours.answers(b"HTTP/1.1 204 No Content\r\n\r\nbody"), "protocol"),
    "two lengths": (behaviours.answers(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nContent-Length: 0\r\n\r\n"), "protocol"),
    "broken chunk": (behaviours.answers(CHUNKED + b"2\r\nhello\r\n0\r\n\r\n"), "protocol"),
    "endless header": (behaviours.answers(b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 20_000 + b"\r\n"), "protocol"),
    "101": (behaviours.answers(b"HTTP/1.1 101 Switching Protocols\r\n\r\n"), "protocol"),
}


@pytest.mark.parametrize("name", MISBEHAVIOURS)
def test_each_misbehaviour_has_its_class_and_its_count(name):
    behaviour, error = MISBEHAVIOURS[name]
    timeout = "200ms" if error == "timeout" else "30s"
    with Server(behaviour) as server:
        document = load(server.url, "-c", 3, "-t", 2, "-n", 12, "--timeout", timeout)
    assert document["requests"]["started"] == 12
    only_error(document, error, 12)
    assert document["connections"]["opened"] == document["connections"]["never_served"] == 12
    assert document["offences"][0]["error"] == error
    assert document["offences"][0]["what"]


def test_500s_are_whole_answers_that_failed():
    with Server(behaviours.answers(b"HTTP/1.1 500 Oh No\r\nContent-Length: 2\r\n\r\nno")) as server:
        document = load(server.url, "-c", 4, "-n", 100)
    assert server.requests == document["requests"]["completed"] == 100
    assert document["requests"]["succeeded"] == 0
    assert document["status"] == {"500": 100}
    only_error(document, "status", 100)
    assert document["connections"]["opened"] == 4
    assert document["offences"][0]["answer"].endswith("\r\n\r\nno")


def test_a_server_that_closes_after_each_answer_without_saying_so():
    with Server(behaviours.answers_once(behaviours.HELLO)) as server:
        document = load(server.url, "-c", 2, "-t", 1, "-n", 20)
    assert document["requests"]["succeeded"] == server.requests == 20
    assert document["errors"] == dict.fromkeys(ERRORS, 0)
    assert document["connections"]["closed_by_server_idle"] == 18
    assert document["connections"]["opened"] == 20


def test_a_listener_that_never_accepts():
    with DeafListener() as listener:
        document = load(listener.url, "-c", 4, "-n", 8, "--timeout", "300ms")
    only_error(document, "timeout", 8)
    assert document["latency_us"]["min"] >= 300_000


def test_a_server_that_never_answers_shows_it_by_duration():
    with Server(behaviours.stalls_after(b"")) as server:
        document = load(server.url, "-c", 4, "-d", "300ms", "--timeout", "2s")
    assert document["requests"]["started"] == 4
    only_error(document, "timeout", 4)
    assert document["latency_us"]["min"] >= 2_000_000


def test_nobody_listens_any_more():
    """All connections stand when the server ends: one that was being made then could be left without an answer."""
    with Server(behaviours.answers(behaviours.HELLO)) as server:
        running = subprocess.Popen(
            [PROGRAM, "load", server.url, "--json", "-c", "4", "-d", "1s"], stdout=subprocess.PIPE, text=True
        )
        while server.requests < 10 or server.connections < 1 + 4:
            time.sleep(0.01)
    document = json.loads(running.communicate(timeout=60)[0])
    assert running.returncode == 0
    check_identities(document)
    assert document["requests"]["succeeded"] > 0
    # At most one attempt in 100 ms on each connection, but for the first few.
    assert 4 <= document["errors"]["connect"] < 4 * 30


# ---- mistakes, before any load ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["127.0.0.1:80"], 2, "has no scheme"),
        (["ftp://127.0.0.1/"], 2, "ftp"),
        (["http://h/", "--connect-timeout", "soon"], 2, "no duration"),
        (["http://127.0.0.1:1/"], 5, "nothing accepts connections at 127.0.0.1:1"),
        (["http://no-such-name.invalid/"], 5, "does not resolve"),
        (["http://h/", "-c", "0"], 2, "0 connections"),
        (["http://h/", "-d", "10x"], 2, "no duration"),
        (["http://h/", "-n", "many"], 2, "no count"),
        (["http://h/", "-H", "nothing"], 2, "has no ':'"),
        (["http://h/", "-n", "10", "--settle", "1s"], 2, "cannot settle"),
        (["http://h/", "-n", "30k", "-R", "1k"], 2, "say how long with -d"),
        (["http://h/", "-n", "5", "-d", "5s"], 2, "-d and -n both say when the load ends"),
        (["http://h/", "--arrivals", "constant"], 2, "give a rate"),
        (["http://h/", "--stages", "10:1s,x:1s"], 2, "stage 2, 'x:1s': 'x' is no level"),
        (["http://h/", "--stages", "10:1s", "-d", "1s"], 2, "--stages and -d"),
        (["http://h/", "--upload", "5XB"], 2, "no size"),
        (["http://h/", "--body", "@/no/such/file"], 2, "cannot be read"),
        (["http://h/", "--in-flight", "4"], 2, "ws://"),
        (["http://h/", "--check-json", "/a"], 2, "has no '='"),
        (["http://h/", "--fail-if", "p99>50"], 2, "    p99>50\n        ^\n"),
        (["http://h/", "--conections", "5"], 2, "did you mean --connections?"),
        (["http://h/", "-s", "post.lua"], 2, "--targets"),
        (["http://h/", "--hdr", "/no/such/folder/file"], 5, "--hdr /no/such/folder/file"),
    ],
)
def test_mistakes_have_their_message(arguments, code, says):
    done = shootout_load(*arguments)
    assert done.returncode == code
    assert says in done.stderr
    assert done.stdout == ""


def test_too_few_open_files():
    with Server(behaviours.answers(behaviours.HELLO)) as server:
        done = subprocess.run(
            ["/bin/sh", "-c", 'ulimit -n 100 && exec "$0" load "$1" -c 8000', PROGRAM, server.url],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 5
        assert "8000 connections" in done.stderr
        assert "ulimit -Hn" in done.stderr
        assert server.requests == 0


# ---- the face -----------------------------------------------------------------------------------------------------


def test_the_summary_fits_80_columns_and_has_the_figures():
    with Server(behaviours.answers(behaviours.HELLO)) as server:
        done = shootout_load(server.url, "-c", 5, "-n", 2000, "--latency")
    assert done.returncode == 0
    assert done.stderr == ""
    assert "\033" not in done.stdout
    for word in ("requests/s", "2,000 started, 2,000 succeeded (100 %)", "p99", "errors", "none", "generator"):
        assert word in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80


@pytest.mark.parametrize(
    ("condition", "code", "says"),
    [
        ("errors > 0 || unanswered > 0", 0, ""),
        ("succeeded < 200", 99, "--fail-if holds: succeeded < 200: it is 100"),
        ("p50 > 0.001us && errors < 1%", 99, "errors < 1%: it is 0%"),
        ("p99 > 1us", 4, "p99 was not taken"),
        ("p99 > 1us || completed == 100", 99, "completed == 100: it is 100"),
    ],
)
def test_a_condition_decides_the_exit_code(condition, code, says):
    with Server(behaviours.answers(behaviours.HELLO)) as server:
        done = shootout_load(server.url, "--json", "-c", 2, "-n", 100, "--fail-if", condition)
    assert done.returncode == code
    assert says in done.stderr
    assert (done.stderr == "") == (code == 0)
    assert json.loads(done.stdout)["requests"]["succeeded"] == 100


@pytest.mark.parametrize(
    "options",
    [
        ("-n", 2000),
        ("-d", "1200ms", "-R", 500),
        ("--stages", "2:300ms,2..5:300ms"),
        ("--stages", "100..300/s:300ms"),
        ("-n", 5, "--accept-status", 404),
    ],
    ids=["closed", "open", "stages", "stages of rates", "errors"],
)
def test_the_document_is_what_its_schema_says(options):
    with Server(behaviours.answers(behaviours.HELLO)) as server:
        document = load(server.url, *options)
    jsonschema.validate(document, SCHEMA)
    assert set(document) <= set(SCHEMA["properties"])
    assert set(document["generator"]) <= set(SCHEMA["properties"]["generator"]["properties"])
    assert ("stages" in document) == (options[0] == "--stages")
    assert ("offered_rps" in document["generator"]) == ("-R" in options or "/s" in str(options[1]))


def test_latencies_are_written_in_hdr_form(tmp_path):
    file = tmp_path / "latencies.hgrm"
    with Server(behaviours.answers(behaviours.HELLO)) as server:
        document = load(server.url, "-c", 2, "-n", 2000, "--hdr", file)
    lines = file.read_text().splitlines()
    assert lines[0].split() == ["Value", "Percentile", "TotalCount", "1/(1-Percentile)"]
    rows = [line.split() for line in lines if line and not line.startswith("#")][1:]
    assert [float(row[0]) for row in rows] == sorted(float(row[0]) for row in rows)
    assert rows[-1][1:] == ["1.000000000000", "2000"]
    at_half = next(float(row[0]) for row in rows if float(row[1]) == 0.5)
    assert at_half * 1000 == pytest.approx(document["latency_us"]["p50"], abs=1, rel=0.002)
    assert float(lines[-2].split("=")[1].split(",")[0]) * 1000 == pytest.approx(document["latency_us"]["max"], abs=1)


def stderr_on_a_terminal(url, *options, **environment):
    """What a load writes to stderr where that is a terminal."""
    ours, its = pty.openpty()
    variables = {name: value for name, value in os.environ.items() if name not in ("CI", "NO_COLOR", "TERM")}
    running = subprocess.Popen([PROGRAM, "load", url, *map(str, options)], stdout=subprocess.PIPE, stderr=its, text=True,
                               env={**variables, **environment})
    os.close(its)
    written = b""
    try:
        while piece := os.read(ours, 65536):
            written += piece
    except OSError:  # the terminal has closed
        pass
    os.close(ours)
    stdout = running.communicate(timeout=60)[0]
    assert running.returncode == 0
    assert "requests/s" in stdout
    return written.decode()


def test_the_live_view_is_drawn_and_wiped():
    with Server(behaviours.sleeps(0.01)) as server:
        shown = stderr_on_a_terminal(server.url, "-d", "1200ms", TERM="xterm")
        plain = stderr_on_a_terminal(server.url, "-d", "600ms", TERM="xterm", NO_COLOR="1")
        nothing = [stderr_on_a_terminal(server.url, "-d", "300ms", *options, **environment)
                   for options, environment in (((), {"TERM": "dumb"}), ((), {}), ((), {"TERM": "xterm", "CI": "true"}),
                                                (("-q",), {"TERM": "xterm"}))]
    assert nothing == [""] * 4
    assert "requests/s" in shown and "left" in shown and "no errors" in shown
    assert shown.endswith("\033[J")
    assert "\033[1m" in shown
    assert "\033[1m" not in plain and "\033[J" in plain


def test_a_full_output_is_an_error():
    with Server(behaviours.answers(behaviours.HELLO)) as server, open("/dev/full", "w") as full:
        done = subprocess.run([PROGRAM, "load", server.url, "-n", "1"], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 5
    assert "cannot write" in done.stderr
