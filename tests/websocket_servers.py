"""Two independent WebSocket servers, `websockets` and aiohttp, each in a thread of its own, with the same face."""

import asyncio
import threading

import aiohttp
import aiohttp.web
import websockets.asyncio.server
import websockets.exceptions


class Connection:
    """What a behaviour has of a connection, whichever the server is."""

    def __init__(self, server):
        self.server = server


class Websockets(Connection):
    """One of `websockets`."""

    def __init__(self, server, socket):
        super().__init__(server)
        self.socket = socket

    async def messages(self):
        try:
            async for message in self.socket:
                self.server.messages += 1
                yield message
        except websockets.exceptions.ConnectionClosed:
            pass
        self.server.close_codes.append(self.socket.close_code)

    async def send(self, message):
        await self.socket.send(message)

    async def ping(self):
        await self.socket.ping()

    async def close(self, code):
        await self.socket.close(code, "enough")

    @classmethod
    async def listen(cls, server):
        async def connected(socket):
            await server.behaviour(cls(server, socket))

        listener = await websockets.asyncio.server.serve(connected, "127.0.0.1", 0, max_size=None, compression=None, ping_interval=None)
        server.port = listener.sockets[0].getsockname()[1]
        return listener.close


class Aiohttp(Connection):
    """One of aiohttp."""

    def __init__(self, server, socket):
        super().__init__(server)
        self.socket = socket

    async def messages(self):
        async for message in self.socket:
            self.server.messages += 1
            yield message.data
        self.server.close_codes.append(self.socket.close_code)

    async def send(self, message):
        await (self.socket.send_str(message) if isinstance(message, str) else self.socket.send_bytes(message))

    async def ping(self):
        await self.socket.ping()

    async def close(self, code):
        await self.socket.close(code=code, message=b"enough")

    @classmethod
    async def listen(cls, server):
        async def connected(request):
            socket = aiohttp.web.WebSocketResponse(max_msg_size=0, compress=False)
            await socket.prepare(request)
            await server.behaviour(cls(server, socket))
            return socket

        application = aiohttp.web.Application()
        application.router.add_get("/", connected)
        runner = aiohttp.web.AppRunner(application, shutdown_timeout=1)
        await runner.setup()
        site = aiohttp.web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        server.port = site._server.sockets[0].getsockname()[1]
        return lambda: asyncio.ensure_future(runner.cleanup())


SERVERS = {"websockets": Websockets, "aiohttp": Aiohttp}


class WebSocketServer:
    """with WebSocketServer("aiohttp", behaviour) as server: ... server.url, server.messages, server.close_codes"""

    def __init__(self, which, behaviour):
        self.which, self.behaviour = SERVERS[which], behaviour
        self.messages = 0
        self.close_codes = []

    def __enter__(self):
        started = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve(started)), daemon=True)
        self._thread.start()
        assert started.wait(20)
        return self

    def __exit__(self, *_):
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(20)
        assert not self._thread.is_alive()

    @property
    def url(self):
        return f"ws://127.0.0.1:{self.port}/"

    async def _serve(self, started):
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        close = await self.which.listen(self)
        started.set()
        await self._stop.wait()
        closed = close()
        if closed is not None:
            await closed
