"""The endpoints of the suite frameworks on Aquilia's Request and Response alone, in an ASGI application of our own: no
server object, router, middleware or container. docs/frameworks.md is their contract."""

import hashlib
import os
from datetime import datetime, timezone

import asyncpg
from aquilia import Request, Response

POOL = int(os.environ["POOL"])
CHUNK = bytes(i % 251 for i in range(65536))

pool: asyncpg.Pool


async def health(request):
    return Response.json({"status": "healthy"})


async def ping(request):
    return Response.text("pong")


async def hello(request):
    return Response.json({"message": "hello", "ts": datetime.now(timezone.utc).isoformat(timespec="microseconds")})


async def db_read(request):
    sql = "SELECT id, name, description, price, created_at FROM items WHERE id = $1"
    try:
        number = int(request.query_param("id", ""))
        row = await pool.fetchrow(sql, number)
    except (ValueError, asyncpg.DataError):  # the latter beyond 32 bits
        return Response.json({"error": "id must be a whole number"}, status=400)
    if row is None:
        return Response.json({"error": f"there is no item {number}"}, status=404)
    return Response.json({**row, "price": str(row["price"]), "created_at": row["created_at"].isoformat()})


async def db_write(request):
    name = (await request.json())["name"]
    id = await pool.fetchval("INSERT INTO entries (name) VALUES ($1) RETURNING id", name)
    return Response.json({"id": id}, status=201)


async def pieces_of(request):
    if (request.content_type() or "").startswith("multipart/form-data"):
        async for piece in (await request.files())["file"][0].stream(65536):
            yield piece
    else:
        async for piece in request.iter_bytes():
            yield piece


async def upload(request):
    digest, size = hashlib.sha256(), 0
    async for piece in pieces_of(request):
        digest.update(piece)
        size += len(piece)
    return Response.json({"sha256": digest.hexdigest(), "size": size})


async def chunks():
    for _ in range(160):
        yield CHUNK


async def stream(request):
    return Response.stream(chunks(), media_type="application/octet-stream")


ROUTES = {
    ("GET", "/health"): health,
    ("GET", "/ping"): ping,
    ("GET", "/json"): hello,
    ("GET", "/db-read"): db_read,
    ("POST", "/db-write"): db_write,
    ("POST", "/upload"): upload,
    ("GET", "/stream"): stream,
}


async def lifespan(receive, send):
    global pool
    await receive()
    # Lifetime 0: else connections close after 5 idle minutes, and a contender that waits for its turn is idle.
    url = os.environ["DATABASE_URL"]
    pool = await asyncpg.create_pool(url, min_size=POOL, max_size=POOL, max_inactive_connection_lifetime=0)
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await pool.close()
    await send({"type": "lifespan.shutdown.complete"})


async def ws_echo(receive, send):
    await receive()
    await send({"type": "websocket.accept"})
    while (message := await receive())["type"] == "websocket.receive":
        await send({"type": "websocket.send", "text": message.get("text"), "bytes": message.get("bytes")})


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await lifespan(receive, send)
    elif scope["type"] == "websocket":
        if scope["path"] == "/ws-echo":
            await ws_echo(receive, send)
        else:
            await send({"type": "websocket.close"})
    elif endpoint := ROUTES.get((scope["method"], scope["path"])):
        response = await endpoint(Request(scope, receive))
        await response.send_asgi(send)
    else:
        await Response.text("Not Found", status=404).send_asgi(send)
