"""The endpoints of the suite frameworks on FastAPI; docs/frameworks.md is their contract."""

import hashlib
import os
from contextlib import asynccontextmanager
from datetime import datetime, timezone
from decimal import Decimal

import asyncpg
from fastapi import FastAPI, HTTPException, Request, WebSocket
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse, StreamingResponse
from pydantic import BaseModel

POOL = int(os.environ["POOL"])
CHUNK = bytes(i % 251 for i in range(65536))


class Hello(BaseModel):
    message: str
    ts: str


class Item(BaseModel):
    id: int
    name: str
    description: str
    price: Decimal
    created_at: datetime


class NewEntry(BaseModel):
    name: str


class Entry(BaseModel):
    id: int


class Digest(BaseModel):
    sha256: str
    size: int


@asynccontextmanager
async def lifespan(app):
    # Lifetime 0: else connections close after 5 idle minutes, and a contender that waits for its turn is idle.
    url = os.environ["DATABASE_URL"]
    async with asyncpg.create_pool(url, min_size=POOL, max_size=POOL, max_inactive_connection_lifetime=0) as pool:
        app.state.pool = pool
        yield


app = FastAPI(lifespan=lifespan)


@app.exception_handler(RequestValidationError)
@app.exception_handler(asyncpg.DataError)  # a number beyond 32 bits
async def bad_request(request: Request, error: Exception):
    return JSONResponse({"error": str(error)}, status_code=400)


@app.get("/health")
async def health():
    return {"status": "healthy"}


@app.get("/ping", response_class=PlainTextResponse)
async def ping():
    return "pong"


@app.get("/json")
async def hello() -> Hello:
    return Hello(message="hello", ts=datetime.now(timezone.utc).isoformat(timespec="microseconds"))


@app.get("/db-read")
async def db_read(id: int) -> Item:
    sql = "SELECT id, name, description, price, created_at FROM items WHERE id = $1"
    row = await app.state.pool.fetchrow(sql, id)
    if row is None:
        raise HTTPException(404, f"there is no item {id}")
    return Item(**row)


@app.post("/db-write", status_code=201)
async def db_write(entry: NewEntry) -> Entry:
    id = await app.state.pool.fetchval("INSERT INTO entries (name) VALUES ($1) RETURNING id", entry.name)
    return Entry(id=id)


async def pieces_of(request):
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        async with request.form() as form:
            while piece := await form["file"].read(65536):
                yield piece
    else:
        async for piece in request.stream():
            yield piece


@app.post("/upload")
async def upload(request: Request) -> Digest:
    digest, size = hashlib.sha256(), 0
    async for piece in pieces_of(request):
        digest.update(piece)
        size += len(piece)
    return Digest(sha256=digest.hexdigest(), size=size)


async def chunks():
    for _ in range(160):
        yield CHUNK


@app.get("/stream")
async def stream():
    return StreamingResponse(chunks(), media_type="application/octet-stream")


@app.websocket("/ws-echo")
async def ws_echo(websocket: WebSocket):
    await websocket.accept()
    # receive() and not receive_text() or receive_bytes(): each of those fails on a message of the other kind.
    while (message := await websocket.receive())["type"] == "websocket.receive":
        if message.get("text") is not None:
            await websocket.send_text(message["text"])
        else:
            await websocket.send_bytes(message["bytes"])
