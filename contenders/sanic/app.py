"""The endpoints of the suite frameworks on Sanic; docs/frameworks.md is their contract."""

import hashlib
import os
import sys
from datetime import datetime, timezone

import asyncpg
from sanic import Request, Sanic, Websocket, json, text

POOL = int(os.environ["POOL"])
CHUNK = bytes(i % 251 for i in range(65536))

app = Sanic("shootout")


@app.before_server_start
async def open_pool(app):
    # Lifetime 0: else connections close after 5 idle minutes, and a contender that waits for its turn is idle.
    url = os.environ["DATABASE_URL"]
    app.ctx.pool = await asyncpg.create_pool(url, min_size=POOL, max_size=POOL, max_inactive_connection_lifetime=0)


@app.after_server_stop
async def close_pool(app):
    await app.ctx.pool.close()


@app.get("/health")
async def health(request: Request):
    return json({"status": "healthy"})


@app.get("/ping")
async def ping(request: Request):
    return text("pong")


@app.get("/json")
async def hello(request: Request):
    return json({"message": "hello", "ts": datetime.now(timezone.utc).isoformat(timespec="microseconds")})


@app.get("/db-read")
async def db_read(request: Request):
    sql = "SELECT id, name, description, price, created_at FROM items WHERE id = $1"
    try:
        number = int(request.args.get("id", ""))
        row = await app.ctx.pool.fetchrow(sql, number)
    except (ValueError, asyncpg.DataError):  # the latter beyond 32 bits
        return json({"error": "id must be a whole number"}, status=400)
    if row is None:
        return json({"error": f"there is no item {number}"}, status=404)
    return json({**row, "price": str(row["price"]), "created_at": row["created_at"].isoformat()})


@app.post("/db-write")
async def db_write(request: Request):
    id = await app.ctx.pool.fetchval("INSERT INTO entries (name) VALUES ($1) RETURNING id", request.json["name"])
    return json({"id": id}, status=201)


async def pieces_of(request):
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        await request.receive_body()  # Sanic parses a form only from the whole body
        yield request.files.get("file").body
    else:
        async for piece in request.stream:
            yield piece


@app.post("/upload", stream=True)
async def upload(request: Request):
    digest, size = hashlib.sha256(), 0
    async for piece in pieces_of(request):
        digest.update(piece)
        size += len(piece)
    return json({"sha256": digest.hexdigest(), "size": size})


@app.get("/stream")
async def stream(request: Request):
    response = await request.respond(content_type="application/octet-stream")
    for _ in range(160):
        await response.send(CHUNK)
    await response.eof()


@app.websocket("/ws-echo")
async def ws_echo(request: Request, ws: Websocket):
    async for message in ws:
        await ws.send(message)


if __name__ == "__main__":
    host, (port, workers, backlog) = sys.argv[1], map(int, sys.argv[2:])
    app.run(host, port, workers=workers, backlog=backlog, access_log=False, motd=False)
