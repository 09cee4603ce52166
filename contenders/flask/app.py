"""The endpoints of the suite frameworks on Flask; docs/frameworks.md is their contract."""

import hashlib
import os
import threading
from datetime import datetime, timezone

from flask import Flask, Response, request
from psycopg2.pool import ThreadedConnectionPool

POOL = int(os.environ["POOL"])
CHUNK = bytes(i % 251 for i in range(65536))

app = Flask(__name__)
# Gunicorn imports this module in each worker, so each worker has a pool of its own, full from the start.
pool = ThreadedConnectionPool(POOL, POOL, os.environ["DATABASE_URL"])
free = threading.BoundedSemaphore(POOL)  # an empty pool raises; with this a thread waits for its turn


def query(sql, *values):
    """The one row of a statement, which is a transaction of its own (autocommit)."""
    with free:
        connection = pool.getconn()
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(sql, values)
                return cursor.fetchone()
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
    return {"message": "hello", "ts": datetime.now(timezone.utc).isoformat(timespec="microseconds")}


@app.get("/db-read")
def db_read():
    number = request.args.get("id", type=int)
    if number is None:
        return {"error": "id must be a whole number"}, 400
    row = query("SELECT id, name, description, price, created_at FROM items WHERE id = %s", number)
    if row is None:
        return {"error": f"there is no item {number}"}, 404
    id, name, description, price, created_at = row
    return {"id": id, "name": name, "description": description, "price": str(price), "created_at": created_at.isoformat()}


@app.post("/db-write")
def db_write():
    (id,) = query("INSERT INTO entries (name) VALUES (%s) RETURNING id", request.get_json()["name"])
    return {"id": id}, 201


@app.post("/upload")
def upload():
    file = request.files["file"] if request.mimetype == "multipart/form-data" else request.stream
    digest, size = hashlib.sha256(), 0
    while piece := file.read(65536):
        digest.update(piece)
        size += len(piece)
    return {"sha256": digest.hexdigest(), "size": size}


@app.get("/stream")
def stream():
    return Response((CHUNK for _ in range(160)), mimetype="application/octet-stream")
