"""shootout load over WebSocket: against `websockets` and aiohttp, and against servers that are wrong on purpose."""

import asyncio

import pytest

from loading import load, only_error, shootout_load
from misbehaving import behaviours, websocket
from misbehaving.server import Server
from misbehaving.websocket import BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, frame
from websocket_servers import SERVERS, WebSocketServer

both = pytest.mark.parametrize("which", SERVERS)


async def echo(connection):
    async for message in connection.messages():
        await connection.send(message)


def kept(messages):
    """Echoes, and keeps what came."""

    async def behaviour(connection):
        async for message in connection.messages():
            messages.append(message)
            await connection.send(message)

    return behaviour


# ---- against two servers that others wrote -----------------------------------------------------------------------


@both
@pytest.mark.parametrize(("connections", "threads", "count"), [(1, 1, 1), (7, 3, 500), (20, 2, 333)])
def test_counts_are_those_of_the_server(which, connections, threads, count):
    with WebSocketServer(which, echo) as server:
        document = load(server.url, "-c", connections, "-t", threads, "-n", count)
    assert server.messages == document["requests"]["started"] == document["requests"]["succeeded"] == count
    assert document["websocket"]["messages"] == count
    assert document["connections"]["opened"] == min(connections, count)
    assert len(server.close_codes) == document["connections"]["opened"]
    assert document["latency_us"]["count"] == count


@both
def test_it_closes_as_it_should(which):
    with WebSocketServer(which, echo) as server:
        load(server.url, "-c", 3, "-n", 30)
    assert server.close_codes == [1000] * 3


@both
@pytest.mark.parametrize("options", [[], ["--ws-binary"]], ids=["text", "binary"])
@pytest.mark.parametrize("text", ["hello", "ä€😀", "x" * 125, "x" * 126, "x" * 65_535, "x" * 65_536], ids=lambda text: str(len(text)))
def test_messages_arrive_as_they_are(which, text, options):
    messages = []
    with WebSocketServer(which, kept(messages)) as server:
        document = load(server.url, "-c", 2, "-n", 6, "--ws-message", text, *options)
    assert document["requests"]["succeeded"] == 6
    assert messages == [text.encode() if options else text] * 6


@both
def test_slots_are_filled_in_messages(which):
    messages = []
    with WebSocketServer(which, kept(messages)) as server:
        load(server.url, "-c", 1, "-n", 5, "--ws-message", "id {id:1..5:in-order}")
    assert messages == [f"id {i}" for i in range(1, 6)]


@both
@pytest.mark.parametrize("fragment", [None, 1_000, 65_536])
def test_large_messages(which, fragment):
    messages = []
    options = ["--ws-fragment", fragment] if fragment else []
    with WebSocketServer(which, kept(messages)) as server:
        document = load(server.url, "-c", 2, "-n", 6, "--ws-size", "2MB", "--ws-binary", "--timeout", "30s", *options)
    assert document["requests"]["succeeded"] == 6
    assert [len(message) for message in messages] == [2_000_000] * 6
    assert document["bytes"]["received"] >= 12_000_000


@both
def test_several_messages_in_flight(which):
    """The server answers only when it has as many as should be under way."""
    most = []

    async def together(connection):
        waiting = []
        async for message in connection.messages():
            waiting.append(message)
            most.append(len(waiting))
            if len(waiting) == 8:
                for each in waiting:
                    await connection.send(each)
                waiting.clear()

    with WebSocketServer(which, together) as server:
        document = load(server.url, "-c", 2, "-t", 1, "-n", 160, "--in-flight", 8, "--timeout", "5s")
    assert document["requests"]["succeeded"] == server.messages == 160
    assert max(most) == 8
    assert document["generator"]["concurrency_mean"] > 1


@both
def test_pings_are_answered_and_are_no_answers(which):
    async def pinging(connection):
        async for message in connection.messages():
            await connection.ping()
            await connection.send(message)
            await connection.ping()

    with WebSocketServer(which, pinging) as server:
        document = load(server.url, "-c", 2, "-n", 50)
    assert document["requests"]["succeeded"] == server.messages == 50


def test_fragments_with_pings_between_them():
    """Of `websockets`, which sends what an iterator yields as the fragments of one message."""

    async def in_pieces(connection):
        async for message in connection.messages():

            async def pieces(message=message):
                for at in range(0, len(message), 3):
                    yield message[at : at + 3]
                    await connection.ping()

            await connection.socket.send(pieces())

    with WebSocketServer("websockets", in_pieces) as server:
        document = load(server.url, "-c", 2, "-n", 20, "--ws-message", "fragments, ä€😀, in threes")
    assert document["requests"]["succeeded"] == server.messages == 20


@both
def test_a_server_that_is_slow_shows_it(which):
    async def slow(connection):
        async for message in connection.messages():
            await asyncio.sleep(0.03)
            await connection.send(message)

    with WebSocketServer(which, slow) as server:
        document = load(server.url, "-c", 3, "-n", 12)
    assert document["latency_us"]["min"] >= 30_000


@both
def test_an_answer_that_is_no_echo_fails_its_check(which):
    async def other(connection):
        async for message in connection.messages():
            await connection.send("other")

    with WebSocketServer(which, other) as server:
        document = load(server.url, "-c", 2, "-n", 10)
        only_error(document, "check", 10)
        document = load(server.url, "-c", 2, "-n", 10, "--check-body", "other")
    assert document["requests"]["succeeded"] == 10


@both
def test_a_server_that_never_answers(which):
    async def silent(connection):
        async for _ in connection.messages():
            pass

    with WebSocketServer(which, silent) as server:
        document = load(server.url, "-c", 2, "-n", 4, "--timeout", "300ms")
    only_error(document, "timeout", 4)
    assert server.messages == 4


@both
def test_a_server_that_closes_in_the_middle(which):
    """A message that was under way then is lost, or goes out once more where it came just too late."""

    async def three(connection):
        count = 0
        async for message in connection.messages():
            await connection.send(message)
            count += 1
            if count == 3:
                await connection.close(1011)
                return

    with WebSocketServer(which, three) as server:
        document = load(server.url, "-c", 1, "-n", 9, "--timeout", "5s")
    assert document["requests"]["started"] == 9
    assert document["requests"]["succeeded"] + document["errors"]["closed"] == 9
    assert document["requests"]["succeeded"] >= 6
    assert document["connections"]["opened"] >= 3


@both
def test_by_duration_nothing_is_lost_at_the_ends(which):
    with WebSocketServer(which, echo) as server:
        document = load(server.url, "-c", 5, "-t", 2, "-d", "500ms")
    assert document["requests"]["started"] == document["requests"]["succeeded"] == server.messages
    rate = document["websocket"]["round_trips_per_second"]
    assert rate == pytest.approx(document["throughput"]["requests_per_second"])


# ---- what it sends, by hand ------------------------------------------------------------------------------------------


def web_socket(url):
    return url.replace("http:", "ws:")


def test_the_handshake_and_the_frames_are_as_they_should_be():
    frames = []
    with Server(websocket.watches(frames)) as server:
        document = load(web_socket(server.url) + "path?q=1", "-H", "X-Test: a", "-c", 1, "-n", 20, "--ws-message", "hello")
    assert document["requests"]["succeeded"] == 20
    head = server.last_head
    assert head.startswith(b"GET /path?q=1 HTTP/1.1\r\n")
    for line in (b"Upgrade: websocket", b"Connection: Upgrade", b"Sec-WebSocket-Version: 13", b"X-Test: a"):
        assert line.lower() + b"\r\n" in head.lower()
    messages = [each for each in frames if each.opcode == TEXT]
    assert [each.payload for each in messages] == [b"hello"] * 20
    assert all(each.fin and each.mask is not None for each in messages)
    closes = [each for each in frames if each.opcode == CLOSE]
    assert [each.payload[:2] for each in closes] == [(1000).to_bytes(2, "big")]
    assert closes[0].mask is not None


def test_keys_differ_from_connection_to_connection():
    keys = set()

    async def keep(peer):
        keys.add(websocket.accept_key(peer.last_head))
        await websocket.echoes(peer)

    with Server(websocket.agrees(keep)) as server:
        load(web_socket(server.url), "-c", 5, "-n", 5)
    assert len(keys) == 5


def test_messages_are_cut_as_asked():
    frames = []
    with Server(websocket.watches(frames)) as server:
        document = load(web_socket(server.url), "-c", 1, "-n", 3, "--ws-message", "0123456789", "--ws-fragment", 4)
    assert document["requests"]["succeeded"] == 3
    data = [(each.opcode, each.fin, each.payload) for each in frames if each.opcode != CLOSE]
    assert data == [(TEXT, False, b"0123"), (CONTINUATION, False, b"4567"), (CONTINUATION, True, b"89")] * 3


def test_a_ping_is_answered_with_its_own_payload():
    frames = []

    async def serve(peer):
        await websocket.read_frame(peer)
        await peer.send(frame(PING, b"are you there?") + frame(PONG, b"nobody asked") + frame(TEXT, b"ping"))
        while True:
            frames.append(await websocket.read_frame(peer))

    with Server(websocket.agrees(serve)) as server:
        document = load(web_socket(server.url), "-c", 1, "-n", 1)
    assert document["requests"]["succeeded"] == 1
    assert (frames[0].opcode, frames[0].payload) == (PONG, b"are you there?")


# ---- what is legal, however odd ----------------------------------------------------------------------------------------

ODD = {
    "in fragments": frame(TEXT, b"p", fin=False) + frame(CONTINUATION, b"in", fin=False) + frame(CONTINUATION, b"g"),
    "empty fragments": frame(TEXT, b"", fin=False) + frame(CONTINUATION, b"ping", fin=False) + frame(CONTINUATION, b""),
    "control frames between fragments": frame(TEXT, b"pi", fin=False) + frame(PING, b"x" * 125) + frame(PONG) + frame(CONTINUATION, b"ng"),
    "an unasked pong before": frame(PONG, b"y") + frame(TEXT, b"ping"),
}


@pytest.mark.parametrize("slowly", [False, True], ids=["at once", "byte by byte"])
@pytest.mark.parametrize("name", ODD)
def test_odd_answers_count_once_and_whole(name, slowly):
    async def serve(peer):
        while True:
            got = await websocket.read_frame(peer)
            if got.opcode == CLOSE:
                return
            if got.opcode == TEXT:
                for at in range(0, len(ODD[name]), 1 if slowly else len(ODD[name])):
                    await peer.send(ODD[name][at : at + (1 if slowly else len(ODD[name]))])
                    await asyncio.sleep(0)

    with Server(websocket.agrees(serve)) as server:
        document = load(web_socket(server.url), "-c", 2, "-n", 10, "--ws-message", "ping", "--timeout", "5s")
    assert document["requests"]["succeeded"] == 10
    assert document["connections"]["opened"] == 2


# ---- servers that do something wrong --------------------------------------------------------------------------------------

DISAGREEMENTS = {
    "a wrong accept key": {"key": b"AAAAAAAAAAAAAAAAAAAAAAAAAAA="},
    "no accept key": {"key": b""},
    "another protocol": {"upgrade": b"h2c"},
    "no upgrade of the connection": {"connection": b"keep-alive"},
    "an extension that nobody asked for": {"more": b"Sec-WebSocket-Extensions: permessage-deflate\r\n"},
    "a subprotocol that nobody asked for": {"more": b"Sec-WebSocket-Protocol: chat\r\n"},
}


@pytest.mark.parametrize("name", DISAGREEMENTS)
def test_a_wrong_handshake(name):
    async def wait(peer):
        await peer.until_closed()

    with Server(websocket.agrees(wait, **DISAGREEMENTS[name])) as server:
        document = load(web_socket(server.url), "-c", 2, "-n", 6, "--timeout", "5s")
    only_error(document, "protocol", 6)
    assert document["requests"]["started"] == 6
    assert document["requests"]["completed"] == 0
    assert document["offences"][0]["what"]


@pytest.mark.parametrize("answer", [behaviours.HELLO, b"HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno"], ids=["200", "403"])
def test_a_handshake_that_is_declined(answer):
    with Server(behaviours.answers(answer)) as server:
        document = load(web_socket(server.url), "-c", 2, "-n", 6, "--timeout", "5s")
    assert document["requests"]["succeeded"] == 0
    assert document["errors"]["protocol"] == 6 == sum(document["errors"].values())


@pytest.mark.parametrize(("behaviour", "error"), [(behaviours.stalls_after(b""), "connect"), (behaviours.stops_after(b""), "closed"), (behaviours.resets_after(b""), "reset")])
def test_a_handshake_that_is_never_answered(behaviour, error):
    with Server(behaviour) as server:
        document = load(web_socket(server.url), "-c", 2, "-n", 4, "--timeout", "300ms" if error == "connect" else "20s")
    only_error(document, error, 4)


WRONG = {
    "a masked frame": frame(TEXT, b"ping", mask=b"\x01\x02\x03\x04"),
    "invalid UTF-8": frame(TEXT, b"\xff\xfe"),
    "UTF-8 that is cut off": frame(TEXT, b"\xe2\x82"),
    "a surrogate in UTF-8": frame(TEXT, b"\xed\xa0\x80"),
    "invalid UTF-8 in a later fragment": frame(TEXT, b"\xe2", fin=False) + frame(CONTINUATION, b"\x28\xa1"),
    "a bad opcode": frame(3, b"ping"),
    "a bad control opcode": frame(11, b"ping"),
    "a reserved bit": frame(TEXT, b"ping", reserved=4),
    "a continuation of nothing": frame(CONTINUATION, b"ping"),
    "a new message in the middle of one": frame(TEXT, b"pi", fin=False) + frame(TEXT, b"ng"),
    "a fragmented ping": frame(PING, b"", fin=False),
    "a ping too long": frame(PING, b"x" * 126),
    "a length not in its shortest form": frame(TEXT, b"ping", length=(126, b"\x00\x04")),
    "a length of 64 bits not in its shortest form": frame(TEXT, b"ping", length=(127, b"\x00" * 7 + b"\x04")),
    "a length with the highest bit": frame(TEXT, b"ping", length=(127, b"\x80" + b"\x00" * 7)),
    "a close of one byte": frame(CLOSE, b"\x03"),
    "a close code that must not be sent": frame(CLOSE, (1005).to_bytes(2, "big")),
    "a close code below 1000": frame(CLOSE, (999).to_bytes(2, "big")),
    "a close reason that is no UTF-8": frame(CLOSE, (1000).to_bytes(2, "big") + b"\xff"),
    "HTTP": behaviours.HELLO * 5,
}


@pytest.mark.parametrize("name", WRONG)
def test_an_illegal_frame_is_a_protocol_error(name):
    with Server(websocket.replies(WRONG[name])) as server:
        document = load(web_socket(server.url), "-c", 2, "-n", 6, "--ws-message", "ping", "--timeout", "5s")
    only_error(document, "protocol", 6)
    assert server.messages == document["requests"]["started"] == 6
    assert document["connections"]["opened"] == 6
    assert document["offences"][0]["what"]


CUT = {
    "unanswered": b"",
    "in a frame's head": frame(TEXT, b"x" * 200)[:3],
    "in a frame": frame(TEXT, b"ping")[:-1],
    "between fragments": frame(TEXT, b"pi", fin=False),
    "with a close frame": frame(CLOSE, (1011).to_bytes(2, "big") + b"sorry"),
    "with a close frame in the middle of a message": frame(TEXT, b"pi", fin=False) + frame(CLOSE, (1001).to_bytes(2, "big")),
    "with an empty close frame": frame(CLOSE),
}


@pytest.mark.parametrize("name", CUT)
def test_an_answer_that_ends_too_soon(name):
    with Server(websocket.replies(CUT[name], once=True)) as server:
        document = load(web_socket(server.url), "-c", 2, "-n", 6, "--ws-message", "ping", "--timeout", "5s")
    only_error(document, "closed", 6)
    assert server.messages == 6


def test_a_message_that_nobody_asked_for():
    """It is an answer too many: the check tells it from the right one."""
    with Server(websocket.replies(frame(TEXT, b"ping") + frame(BINARY, b"ghost"))) as server:
        document = load(web_socket(server.url), "-c", 1, "-n", 6, "--ws-message", "ping", "--timeout", "5s")
    assert document["requests"]["started"] == 6
    assert document["errors"]["protocol"] + document["errors"]["check"] >= 3
    assert document["errors"]["protocol"] + document["errors"]["check"] + document["requests"]["succeeded"] == 6


def test_a_server_that_never_closes_is_not_waited_for():
    frames = []
    with Server(websocket.watches(frames, closes=False)) as server:
        document = load(web_socket(server.url), "-c", 2, "-n", 6)
    assert document["requests"]["succeeded"] == 6


def test_the_label_of_round_trips_leaves_a_space():
    with Server(websocket.watches([])) as server:
        done = shootout_load(web_socket(server.url), "-c", 2, "-n", 200)
    assert done.returncode == 0
    assert any(line.startswith("  round trips/s ") for line in done.stdout.splitlines())
    assert max(map(len, done.stdout.splitlines())) <= 80
