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


def stops_after(data):
    """Sends this much of an answer, then says that no more will come, and waits for the client to close."""

    async def serve(peer):
        if await peer.request():
            await peer.send(data)
            peer.writer.write_eof()
            await peer.until_closed()

    return serve


def second_time(first, ending):
    """Answers a connection's first request with `first`; what comes after is `ending`'s."""

    async def serve(peer):
        if await peer.request():
            await peer.send(first)
            await ending(peer)

    return serve


def first_connections(count, behaviour, then):
    """So many connections that ask for something behave; those after them do otherwise."""
    served = []

    async def serve(peer):
        if len(served) >= count:
            return await then(peer)
        if await peer.request():
            served.append(peer)
            await peer.send(HELLO)
            await behaviour(peer)

    return serve


def ghosts(data, *, first=b"", after_s=0.0):
    """Answers what it is asked, but says `first` unasked, and `data` unasked some time after each answer."""

    async def serve(peer):
        await peer.send(first)
        while await peer.request():
            await peer.send(HELLO)
            await asyncio.sleep(after_s)
            await peer.send(data)

    return serve


def endless(head, again):
    """An answer that begins and never ends."""

    async def serve(peer):
        if await peer.request():
            await peer.send(head)
            while not peer.writer.is_closing():
                await peer.send(again)
                await asyncio.sleep(0)

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
