"""The endpoints of the suite frameworks without a fault; its neighbours run them with one lie each, named by LIE."""

import hashlib
import os
import time
from datetime import datetime, timezone

from flask import Flask, Response, request
from flask_sock import Sock
from psycopg2.pool import ThreadedConnectionPool

LIES = ("none", "cached-ts", "constant-row", "lazy-upload", "reordering-echo", "short-stream", "uncommitted-write",
        "unread-row", "wrong-stream")  # fmt: skip
LIE = os.environ["LIE"]
if LIE not in LIES:
    raise SystemExit(f"LIE must be one of {', '.join(LIES)}, not '{LIE}'")
CHUNK = bytes(i % 251 for i in range(65536))
WRONG_CHUNK = CHUNK[:40000] + b"\xff" + CHUNK[40001:]

app = Flask(__name__)
sock = Sock(app)
pool = ThreadedConnectionPool(16, 64, os.environ["DATABASE_URL"])  # 64 threads; 16 connections are kept
second = {"of": 0, "ts": ""}
digests = {}  # by the length of the body


def query(sql, *values, commit=True):
    connection = pool.getconn()
    try:
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            row = cursor.fetchone()
        connection.commit() if commit else connection.rollback()
        return row
    finally:
        pool.putconn(connection)


@app.get("/health")
def health():
    return {"status": "healthy"}


@app.get("/ping")
def ping():
    return Response("pong", mimetype="text/plain")


@app.get("/json")
def hello():
    ts = datetime.now(timezone.utc).isoformat(timespec="microseconds")
    if LIE == "cached-ts":
        if second["of"] != int(time.time()):
            second.update(of=int(time.time()), ts=ts)
        ts = second["ts"]
    return {"message": "hello", "ts": ts}


def row_of(number):
    sql = "SELECT id, name, description, price, created_at FROM items WHERE id = %s"
    if LIE not in ("constant-row", "unread-row"):
        return query(sql, number)
    if not 1 <= number <= 1000:
        return None
    name = "item-1" if LIE == "constant-row" else f"item-{number}"
    return number, name, "made up", "9.99", datetime.now(timezone.utc)


@app.get("/db-read")
def db_read():
    number = request.args.get("id", type=int)
    if number is None:
        return {"error": "id must be a whole number"}, 400
    row = row_of(number)
    if row is None:
        return {"error": f"there is no item {number}"}, 404
    id, name, description, price, created_at = row
    return {"id": id, "name": name, "description": description, "price": str(price), "created_at": created_at.isoformat()}


@app.post("/db-write")
def db_write():
    sql = "INSERT INTO entries (name) VALUES (%s) RETURNING id"
    (id,) = query(sql, request.get_json()["name"], commit=LIE != "uncommitted-write")
    return {"id": id}, 201


def digest_of(file):
    digest, size = hashlib.sha256(), 0
    while piece := file.read(65536):
        digest.update(piece)
        size += len(piece)
    return {"sha256": digest.hexdigest(), "size": size}


@app.post("/upload")
def upload():
    known = digests.get(request.content_length)
    if LIE == "lazy-upload" and known:  # that of the first body of this length: this one is not looked at
        while request.stream.read(65536):
            pass
        return known
    file = request.files["file"] if request.mimetype == "multipart/form-data" else request.stream
    digests[request.content_length] = digest_of(file)
    return digests[request.content_length]


@app.get("/stream")
def stream():
    chunks = [CHUNK] * 160
    if LIE == "short-stream":
        chunks.pop()
    if LIE == "wrong-stream":
        chunks[100] = WRONG_CHUNK
    return Response(iter(chunks), mimetype="application/octet-stream")


@sock.route("/ws-echo")
def ws_echo(ws):
    while True:
        message = ws.receive()
        if LIE == "reordering-echo":
            next_one = ws.receive(timeout=0.005)  # what is in flight behind it goes out first
            if next_one is not None:
                ws.send(next_one)
        ws.send(message)
