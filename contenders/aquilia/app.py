"""The endpoints of the suite frameworks on Aquilia; docs/frameworks.md is their contract."""

import hashlib
import os
from datetime import datetime, timezone

import asyncpg
from aquilia import GET, POST, AppManifest, AquiliaServer, Controller, RequestCtx, Response
from aquilia.manifest import LifecycleConfig
from aquilia.sockets import Event, Socket, SocketController
from aquilia.sockets.envelope import MessageEnvelope, MessageType

POOL = int(os.environ["POOL"])
CHUNK = bytes(i % 251 for i in range(65536))

pool: asyncpg.Pool


async def open_pool(config, container):
    global pool
    # Lifetime 0: else connections close after 5 idle minutes, and a contender that waits for its turn is idle.
    url = os.environ["DATABASE_URL"]
    pool = await asyncpg.create_pool(url, min_size=POOL, max_size=POOL, max_inactive_connection_lifetime=0)


async def close_pool(config, container):
    await pool.close()


async def pieces_of(request):
    if (request.content_type() or "").startswith("multipart/form-data"):
        async for piece in (await request.files())["file"][0].stream(65536):
            yield piece
    else:
        async for piece in request.iter_bytes():
            yield piece


async def chunks():
    for _ in range(160):
        yield CHUNK


class Endpoints(Controller):
    prefix = "/"

    @GET("/health")
    async def health(self, ctx: RequestCtx):
        return Response.json({"status": "healthy"})

    @GET("/ping")
    async def ping(self, ctx: RequestCtx):
        return Response.text("pong")

    @GET("/json")
    async def hello(self, ctx: RequestCtx):
        return Response.json({"message": "hello", "ts": datetime.now(timezone.utc).isoformat(timespec="microseconds")})

    @GET("/db-read")
    async def db_read(self, ctx: RequestCtx):
        sql = "SELECT id, name, description, price, created_at FROM items WHERE id = $1"
        try:
            number = int(ctx.request.query_param("id", ""))
            row = await pool.fetchrow(sql, number)
        except (ValueError, asyncpg.DataError):  # the latter beyond 32 bits
            return Response.json({"error": "id must be a whole number"}, status=400)
        if row is None:
            return Response.json({"error": f"there is no item {number}"}, status=404)
        return Response.json({**row, "price": str(row["price"]), "created_at": row["created_at"].isoformat()})

    @POST("/db-write")
    async def db_write(self, ctx: RequestCtx):
        name = (await ctx.json())["name"]
        id = await pool.fetchval("INSERT INTO entries (name) VALUES ($1) RETURNING id", name)
        return Response.json({"id": id}, status=201)

    @POST("/upload")
    async def upload(self, ctx: RequestCtx):
        digest, size = hashlib.sha256(), 0
        async for piece in pieces_of(ctx.request):
            digest.update(piece)
            size += len(piece)
        return Response.json({"sha256": digest.hexdigest(), "size": size})

    @GET("/stream")
    async def stream(self, ctx: RequestCtx):
        return Response.stream(chunks(), media_type="application/octet-stream")


@Socket("/ws-echo", max_message_size=4 << 20)  # of a message as JSON, in which 1 MiB can take 3
class Echo(SocketController):
    @Event("message")
    async def echo(self, conn, payload):
        await conn.send_raw(payload.encode())


class PlainCodec:
    """Aquilia's sockets speak JSON envelopes; this takes a message as it comes. send_raw() sends text only."""

    def decode(self, data: bytes) -> MessageEnvelope:
        return MessageEnvelope(MessageType.EVENT, "message", data.decode())


manifest = AppManifest(
    name="shootout",
    version="1.0.0",
    controllers=["app:Endpoints"],
    socket_controllers=["app:Echo"],
    lifecycle=LifecycleConfig(on_startup="app:open_pool", on_shutdown="app:close_pool"),
    auto_discover=False,
)
server = AquiliaServer(manifests=[manifest], workspace_modules={"shootout": {"route_prefix": "/"}})
server.aquila_sockets.codec = PlainCodec()
app = server.get_asgi_app()
