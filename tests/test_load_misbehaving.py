"""shootout load against servers that do one thing wrong: each has its class, the counts are exact, nothing hangs."""

import pytest

from loading import load, only_error, refused
from misbehaving import behaviours
from misbehaving.server import DeafListener, Server

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
GHOST = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nghost"

# ---- an answer that ends too soon ---------------------------------------------------------------------------------

STAGES = {
    "unanswered": b"",
    "in the status line": b"HTTP/1.1 2",
    "before the line's end": b"HTTP/1.1 200 OK",
    "in the line's end": b"HTTP/1.1 200 OK\r",
    "after the status line": OK,
    "in a header": OK + b"Content-Le",
    "before the empty line": OK + b"Content-Length: 5\r\n",
    "in the empty line": OK + b"Content-Length: 5\r\n\r",
    "after the head": OK + b"Content-Length: 5\r\n\r\n",
    "in the body": OK + b"Content-Length: 5\r\n\r\nhe",
    "a byte before the end": OK + b"Content-Length: 1000000\r\n\r\n" + b"x" * 999_999,
    "before the first chunk": CHUNKED,
    "in a chunk's size": CHUNKED + b"1",
    "in a chunk's extension": CHUNKED + b"5;a=",
    "after a chunk's line": CHUNKED + b"5\r\n",
    "in a chunk": CHUNKED + b"5\r\nhel",
    "before a chunk's end": CHUNKED + b"5\r\nhello",
    "between chunks": CHUNKED + b"5\r\nhello\r\n",
    "after the last chunk": CHUNKED + b"5\r\nhello\r\n0\r\n",
    "in a trailer": CHUNKED + b"5\r\nhello\r\n0\r\nX: y",
    "after an interim answer": b"HTTP/1.1 103 Early Hints\r\n\r\n",
}
ENDINGS = {
    "closed": behaviours.stops_after,
    "reset": behaviours.resets_after,
    "timeout": behaviours.stalls_after,
}


@pytest.mark.parametrize("error", ENDINGS)
@pytest.mark.parametrize("stage", STAGES)
def test_an_answer_that_ends_at_any_stage(stage, error):
    with Server(ENDINGS[error](STAGES[stage])) as server:
        document = load(server.url, "-c", 6, "-t", 2, "-n", 6, "--timeout", "200ms" if error == "timeout" else "30s")
    only_error(document, error, 6)
    assert document["requests"]["started"] == server.requests == 6
    assert document["connections"]["opened"] == document["connections"]["never_served"] == 6
    assert document["bytes"]["received"] == 6 * len(STAGES[stage])
    assert document["offences"][0]["error"] == error and document["offences"][0]["what"]
    if error == "timeout":
        assert document["latency_us"]["min"] >= 200_000


@pytest.mark.parametrize("error", ENDINGS)
@pytest.mark.parametrize("stage", [stage for stage in STAGES if stage != "unanswered"])
def test_a_second_answer_that_ends_at_any_stage(stage, error):
    """Part of an answer came, so it is not the server's right to close an idle connection: nothing is sent again."""
    behaviour = behaviours.second_time(behaviours.HELLO, ENDINGS[error](STAGES[stage]))
    with Server(behaviour) as server:
        document = load(server.url, "-c", 1, "-n", 4, "--timeout", "200ms" if error == "timeout" else "30s")
    only_error(document, error, 2)
    assert document["requests"]["succeeded"] == 2
    assert server.requests == 4
    assert document["connections"]["opened"] == 2
    assert document["connections"]["never_served"] == document["connections"]["closed_by_server_idle"] == 0


@pytest.mark.parametrize("ending", [behaviours.stops_after, behaviours.resets_after])
def test_closed_between_requests_it_is_sent_once_more(ending):
    with Server(behaviours.second_time(behaviours.HELLO, ending(b""))) as server:
        document = load(server.url, "-c", 1, "-n", 6)
    assert document["requests"]["started"] == document["requests"]["succeeded"] == 6
    assert sum(document["errors"].values()) == 0
    assert document["connections"]["closed_by_server_idle"] == 5
    assert document["connections"]["opened"] == 6
    assert server.requests == 11


@pytest.mark.parametrize(("ending", "error"), [(behaviours.stops_after, "closed"), (behaviours.resets_after, "reset")])
def test_sent_once_more_and_not_again(ending, error):
    behaviour = behaviours.first_connections(1, ending(b""), then=ending(b""))
    with Server(behaviour) as server:
        document = load(server.url, "-c", 1, "-n", 3)
    only_error(document, error, 2)
    assert document["requests"]["succeeded"] == 1
    assert document["connections"]["closed_by_server_idle"] == 1
    assert server.requests == 4  # the second twice


def test_unanswered_on_a_used_connection_is_a_timeout_and_not_sent_again():
    with Server(behaviours.second_time(behaviours.HELLO, behaviours.stalls_after(b""))) as server:
        document = load(server.url, "-c", 1, "-n", 4, "--timeout", "200ms")
    only_error(document, "timeout", 2)
    assert document["connections"]["closed_by_server_idle"] == 0
    assert server.requests == 4


@pytest.mark.parametrize("reads", [True, False])
def test_reset_whether_it_read_the_request_or_not(reads):
    with Server(behaviours.resets_after(b"", reads=reads)) as server:
        document = load(server.url, "-c", 3, "-n", 12)
    only_error(document, "reset", 12)
    assert server.requests == (12 if reads else 0)


# ---- answers that are none ----------------------------------------------------------------------------------------

ILLEGAL = {
    "garbage": b"\x00\x01garbage\r\n\r\n",
    "no HTTP": b"220 mail.example ESMTP\r\n",
    "a page without a head": b"<html><body>hello</body></html>\r\n\r\n",
    "TLS": b"\x15\x03\x01\x00\x02\x02\x46\r\n",
    "a small http": b"http/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    "HTTP/2.0": b"HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n",
    "no version": b"HTTP 200 OK\r\nContent-Length: 0\r\n\r\n",
    "a status of two digits": b"HTTP/1.1 20 OK\r\nContent-Length: 0\r\n\r\n",
    "a status of four digits": b"HTTP/1.1 2000 OK\r\nContent-Length: 0\r\n\r\n",
    "a status of letters": b"HTTP/1.1 2OO OK\r\nContent-Length: 0\r\n\r\n",
    "two spaces": b"HTTP/1.1  200 OK\r\nContent-Length: 0\r\n\r\n",
    "a header without a colon": OK + b"Content-Length 0\r\n\r\n",
    "a header without a name": OK + b": 0\r\n\r\n",
    "a space before the colon": OK + b"Content-Length : 0\r\n\r\n",
    "a NUL in a header": OK + b"X: a\x00b\r\nContent-Length: 0\r\n\r\n",
    "a negative length": OK + b"Content-Length: -1\r\n\r\n",
    "a length with a sign": OK + b"Content-Length: +5\r\n\r\nhello",
    "a length of letters": OK + b"Content-Length: five\r\n\r\nhello",
    "an empty length": OK + b"Content-Length: \r\n\r\n",
    "a length in hex": OK + b"Content-Length: 0x5\r\n\r\nhello",
    "a length beyond 64 bits": OK + b"Content-Length: 99999999999999999999\r\n\r\nhello",
    "two lengths": OK + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
    "a length and chunks": OK + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    "a chunk's size of letters": CHUNKED + b"five\r\nhello\r\n0\r\n\r\n",
    "an empty chunk size": CHUNKED + b"\r\nhello\r\n0\r\n\r\n",
    "a negative chunk": CHUNKED + b"-5\r\nhello\r\n0\r\n\r\n",
    "a chunk beyond 64 bits": CHUNKED + b"FFFFFFFFFFFFFFFFF\r\nhello",
    "a chunk too short": CHUNKED + b"6\r\nhello\r\n0\r\n\r\n",
    "a chunk too long": CHUNKED + b"4\r\nhello\r\n0\r\n\r\n",
    "a long body": behaviours.HELLO + b"!",
    "a long body in chunks": CHUNKED + b"5\r\nhello\r\n0\r\n\r\n!",
    "a body to 204": b"HTTP/1.1 204 No Content\r\n\r\nbody",
    "a body to 304": b"HTTP/1.1 304 Not Modified\r\nContent-Length: 4\r\n\r\nbody",
    "an answer behind the answer": behaviours.HELLO * 2,
    "an interim answer behind the answer": behaviours.HELLO + b"HTTP/1.1 100 Continue\r\n\r\n",
    "101 that nobody asked for": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
    "a header without end": OK + b"X: " + b"x" * 300_000,
    "headers without end": OK + b"A: b\r\n" * 50_000,
    "a status line without end": b"HTTP/1.1 200 " + b"x" * 300_000,
    "a chunk's extension without end": CHUNKED + b"5;" + b"x" * 300_000,
    "trailers without end": CHUNKED + b"0\r\n" + b"A: b\r\n" * 50_000,
}


@pytest.mark.parametrize("name", ILLEGAL)
def test_an_illegal_answer_is_a_protocol_error(name):
    with Server(behaviours.answers(ILLEGAL[name])) as server:
        document = load(server.url, "-c", 3, "-t", 2, "-n", 12, "--timeout", "20s")
    only_error(document, "protocol", 12)
    assert document["requests"]["started"] == server.requests == 12
    assert document["requests"]["completed"] == 0
    assert document["connections"]["opened"] == 12
    assert document["offences"][0]["what"]
    assert document["offences"][0]["answer"]


def test_a_byte_too_many_that_comes_later_spoils_the_next_answer():
    """The answer that it follows was counted before."""
    with Server(behaviours.ghosts(b"!", after_s=0.005)) as server:
        document = load(server.url, "-c", 1, "-n", 10)
    assert document["requests"]["started"] == 10 == server.requests
    only_error(document, "protocol", 5)
    assert document["requests"]["succeeded"] == 5


# ---- answers that nobody asked for ---------------------------------------------------------------------------------


def test_an_answer_before_any_request():
    """Seen before the request is sent it is illegal; after that nobody can tell, but a check can."""
    with Server(behaviours.ghosts(b"", first=GHOST)) as server:
        document = load(server.url, "-c", 4, "-n", 12, "--check-body", "hello", "--timeout", "2s")
    assert document["requests"]["started"] == 12
    assert document["errors"]["protocol"] + document["errors"]["check"] >= 4
    assert document["errors"]["protocol"] + document["errors"]["check"] + document["requests"]["succeeded"] == 12


def test_an_answer_on_an_idle_connection_answers_nothing():
    """It came in the pause after the answer: whatever the next request is given, it is not that."""
    with Server(behaviours.ghosts(GHOST, after_s=0.02)) as server:
        options = ("-c", 1, "-t", 1, "-R", 10, "--arrivals", "constant", "-d", "1s", "--check-body", "hello")
        document = load(server.url, *options, code=4)
    assert "what nobody had asked for" in document["reasons"][0]
    assert document["errors"]["check"] == 0
    assert document["requests"]["succeeded"] + document["errors"]["protocol"] == document["requests"]["started"]
    assert document["requests"]["started"] in range(9, 12)
    assert document["requests"]["succeeded"] >= 4
    assert document["connections"]["opened"] >= 4  # none is used after that


def test_a_greeting_on_an_idle_connection_answers_nothing():
    with Server(behaviours.greets(b"220 mail.example ESMTP\r\n")) as server:
        options = ("-c", 2, "-t", 1, "-R", 10, "--arrivals", "constant", "-d", "500ms", "--timeout", "2s")
        document = load(server.url, *options, code=4)
    assert "what nobody had asked for" in document["reasons"][0]
    assert document["requests"]["succeeded"] == document["requests"]["completed"] == 0
    only_error(document, "protocol", document["requests"]["started"])


# ---- answers that never end ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "again"),
    [
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (CHUNKED, b"10000\r\n" + b"x" * 65536 + b"\r\n"),
        (OK + b"\r\n", b"x" * 65536),
        (OK + b"Content-Length: 9223372036854775807\r\n\r\n", b"x" * 65536),
    ],
    ids=["interim answers", "chunks", "until the close", "a length of 8 EiB"],
)
def test_an_answer_without_end_is_a_timeout_and_costs_no_memory(head, again):
    with Server(behaviours.endless(head, again)) as server:
        document = load(server.url, "-c", 3, "-n", 3, "--timeout", "500ms")
    only_error(document, "timeout", 3)
    assert document["latency_us"]["min"] >= 500_000
    assert document["generator"]["max_rss_bytes"] < 100_000_000


def test_bytes_that_come_too_slowly_are_a_timeout_though_they_come():
    with Server(behaviours.slow_bytes(behaviours.HELLO, 0.05)) as server:
        document = load(server.url, "-c", 3, "-n", 3, "--timeout", "500ms")
    only_error(document, "timeout", 3)
    assert document["bytes"]["received"] > 0


# ---- what is right, however odd --------------------------------------------------------------------------------------

ODD = {
    "interim answers": b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 20 + behaviours.HELLO,
    "an unknown interim answer": b"HTTP/1.1 199 Patience\r\nX: y\r\n\r\n" + behaviours.HELLO,
    "chunk extensions": CHUNKED + b'2;a;b=c;d="e;\\"f"\r\nhe\r\n3 ; g=h\r\nllo\r\n0;last\r\n\r\n',
    "trailers": CHUNKED + b"5\r\nhello\r\n0\r\nDigest: x\r\nServer-Timing: db;dur=5\r\n\r\n",
    "leading zeros and capitals": CHUNKED + b"00000000000000005\r\nhello\r\n000\r\n\r\n",
    "a chunk of each byte": CHUNKED + b"".join(b"1\r\n%c\r\n" % byte for byte in b"hello") + b"0\r\n\r\n",
    "spaces around a length": OK + b"Content-Length:  \t5 \t\r\n\r\nhello",
    "no spaces": OK + b"Content-Length:5\r\n\r\nhello",
    "capitals": OK + b"CONTENT-LENGTH: 5\r\n\r\nhello",
    "a kept HTTP/1.0": b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 5\r\n\r\nhello",
}


@pytest.mark.parametrize("slowly", [False, True], ids=["at once", "byte by byte"])
@pytest.mark.parametrize("name", ODD)
def test_odd_answers_count_once_and_whole(name, slowly):
    behaviour = behaviours.slow_bytes(ODD[name], 0) if slowly else behaviours.answers(ODD[name])
    with Server(behaviour) as server:
        document = load(server.url, "-c", 2, "-n", 10, "--check-body", "hello")
    assert document["requests"]["succeeded"] == server.requests == 10
    assert document["status"] == {"200": 10}
    assert document["connections"]["opened"] == 2
    assert document["bytes"]["received"] == 10 * len(ODD[name])


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n",
        b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n",
        b"HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n",
    ],
)
def test_no_body_whatever_the_headers_say(answer):
    with Server(behaviours.answers(answer)) as server:
        document = load(server.url, "-c", 2, "-n", 10, "--timeout", "5s")
    assert document["requests"]["succeeded"] == server.requests == 10
    assert document["connections"]["opened"] == 2


def test_the_answer_to_head_has_no_body():
    with Server(behaviours.answers(OK + b"Content-Length: 5\r\n\r\n")) as server:
        document = load(server.url, "--method", "HEAD", "-c", 2, "-n", 10, "--timeout", "5s")
    assert server.last_head.startswith(b"HEAD / HTTP/1.1\r\n")
    assert document["requests"]["succeeded"] == server.requests == 10
    assert document["connections"]["opened"] == 2


def test_a_body_to_head_is_a_protocol_error():
    with Server(behaviours.answers(behaviours.HELLO)) as server:
        document = load(server.url, "--method", "HEAD", "-c", 2, "-n", 10)
    only_error(document, "protocol", 10)


@pytest.mark.parametrize("body", [b"", b"hello", b"x" * 1_000_000], ids=["empty", "small", "1 MB"])
@pytest.mark.parametrize("version", [b"HTTP/1.0", b"HTTP/1.1"])
def test_a_body_up_to_the_close(version, body):
    with Server(behaviours.answers_once(version + b" 200 OK\r\n\r\n" + body)) as server:
        document = load(server.url, "-c", 2, "-n", 6, "--check-size", len(body))
    assert document["requests"]["succeeded"] == server.requests == document["connections"]["opened"] == 6
    assert document["connections"]["closed_by_server_idle"] == 0


# ---- listeners that do not accept -------------------------------------------------------------------------------------


def test_a_queue_that_is_full_from_the_start_is_said_before_any_load():
    with DeafListener(backlog=0, full=True) as listener:
        refused(listener.url, "-c", 2, "-n", 2, "--connect-timeout", "300ms", code=5, says="nothing accepts connections")


def test_a_queue_that_fills_up():
    """The kernel lets one in, which looked whether anybody listens; no request could be sent."""
    with DeafListener(backlog=0) as listener:
        document = load(listener.url, "-c", 2, "-n", 2, "--connect-timeout", "300ms")
    only_error(document, "connect", 2)
    assert document["connections"]["opened"] == 0
    assert document["bytes"]["sent"] == 0


def test_some_get_in_and_wait_for_ever():
    with DeafListener(backlog=8) as listener:
        document = load(listener.url, "-c", 4, "-n", 8, "--timeout", "300ms")
    only_error(document, "timeout", 8)
    assert document["connections"]["never_served"] == document["connections"]["opened"] == 8
