"""A TCP server on a free port of 127.0.0.1 that runs one coroutine per connection, in a thread of its own.

It shares no code with shootout, so that its counters are independent of the engine's.
"""

import asyncio
import contextlib
import socket
import ssl
import struct
import threading


class Peer:
    """One connection, with the server's counters."""

    def __init__(self, reader, writer, server):
        self.reader, self.writer, self.server = reader, writer, server
        self.last_head = self.last_body = b""  # of this connection's last request

    async def request(self):
        """Reads one request with its body; False at the client's end."""
        try:
            head = await self.reader.readuntil(b"\r\n\r\n")
            self.last_body = b""
            for line in head.split(b"\r\n"):
                name, _, value = line.partition(b":")
                if name.lower() == b"content-length":
                    self.last_body = await self.reader.readexactly(int(value))
        except (asyncio.IncompleteReadError, ConnectionError):
            return False
        self.server.requests += 1
        self.server.last_head = self.last_head = head
        return True

    async def send(self, data):
        self.writer.write(data)
        with contextlib.suppress(ConnectionError):
            await self.writer.drain()

    def reset(self):
        """Ends the connection by RST."""
        sock = self.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()

    async def until_closed(self):
        with contextlib.suppress(ConnectionError):
            while await self.reader.read(65536):
                pass


class Server:
    """with Server(behaviour) as server: ... server.url, server.requests, server.connections"""

    def __init__(self, behaviour):
        self.behaviour = behaviour
        self.requests = self.connections = 0
        self.last_head = b""
        self._tasks = set()

    def __enter__(self):
        self._loop = asyncio.new_event_loop()
        started = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(started,), daemon=True)
        self._thread.start()
        started.wait()
        return self

    def __exit__(self, *_):
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/"

    def _run(self, started):
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve(started))
        self._loop.close()

    async def _serve(self, started):
        self._stop = asyncio.Event()
        server = await self._listen()
        started.set()
        await self._stop.wait()
        server.close()
        # The kernel's queue may have held connections that are only now being taken in; they end, too.
        while others := asyncio.all_tasks() - {asyncio.current_task()}:
            for task in self._tasks:
                task.cancel()
            await asyncio.wait(others)
        await asyncio.sleep(0)  # the transports close their sockets

    async def _listen(self):
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0, backlog=512, limit=1 << 26)
        self.port = server.sockets[0].getsockname()[1]
        return server

    async def _connected(self, reader, writer):
        if self._stop.is_set():
            return writer.transport.abort()
        self._tasks.add(asyncio.current_task())
        self.connections += 1
        try:
            await self.behaviour(Peer(reader, writer, self))
        except (ConnectionError, EOFError, asyncio.CancelledError, ssl.SSLError):
            pass
        finally:
            if self._stop.is_set():
                writer.transport.abort()
            else:
                writer.close()
            self._tasks.discard(asyncio.current_task())


class DeafListener:
    """Listens and never accepts: connections stand in the kernel's queue, and nobody reads what they send.

    `full`: others stand there already, and the kernel lets nobody else in.
    """

    def __init__(self, backlog=64, full=False):
        self.backlog, self.full = backlog, full
        self._others = []

    def __enter__(self):
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self._socket.listen(self.backlog)
        self.port = self._socket.getsockname()[1]
        if self.full:  # Linux holds one more than was asked for
            self._others = [socket.create_connection(("127.0.0.1", self.port), timeout=5) for _ in range(self.backlog + 1)]
        return self

    def __exit__(self, *_):
        for each in (self._socket, *self._others):
            each.close()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/"
