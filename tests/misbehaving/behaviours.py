"""What the servers do: each is a coroutine over a Peer (server.py)."""

import asyncio

HELLO = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
HALF = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello"


def answers(data):
    """Answers every request of a connection with these bytes."""

    async def serve(peer):
        while await peer.request():
            await peer.send(data)

    return serve


def answers_once(data):
    """Answers one request with these bytes and closes."""

    async def serve(peer):
        if await peer.request():
            await peer.send(data)

    return serve


def resets_after(data, *, reads=True):
    """Sends this much of an answer, then resets."""

    async def serve(peer):
        if reads and not await peer.request():
            return
        await peer.send(data)
        if data:
            await asyncio.sleep(0.05)  # a reset throws away what has not arrived
        peer.reset()

    return serve


def stalls_after(data):
    """Sends this much of an answer, then nothing more."""

    async def serve(peer):
        if await peer.request():
            await peer.send(data)
            await peer.until_closed()

    return serve


def greets(data):
    """Speaks before it is asked."""

    async def serve(peer):
        await peer.send(data)
        await peer.until_closed()

    return serve


def slow_bytes(data, pause_s):
    """Answers byte by byte."""

    async def serve(peer):
        while await peer.request():
            for at in range(len(data)):
                await peer.send(data[at : at + 1])
                await asyncio.sleep(pause_s)

    return serve


def sleeps(seconds, data=HELLO):
    async def serve(peer):
        while await peer.request():
            await asyncio.sleep(seconds)
            await peer.send(data)

    return serve


def freezes_once(seconds, after_s):
    """All connections stand still for a while, once."""
    began = {}

    async def serve(peer):
        loop = asyncio.get_running_loop()
        began.setdefault("at", loop.time())
        while await peer.request():
            into = loop.time() - began["at"] - after_s
            if 0 <= into < seconds:
                await asyncio.sleep(seconds - into)
            await peer.send(HELLO)

    return serve
