"""The endpoints of the suite frameworks on Tornado; docs/frameworks.md is their contract."""

import asyncio
import hashlib
import json
import os
import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone

from psycopg2.pool import ThreadedConnectionPool
from tornado.httpserver import HTTPServer
from tornado.httputil import parse_body_arguments
from tornado.netutil import bind_sockets
from tornado.process import fork_processes
from tornado.web import Application, RequestHandler, stream_request_body
from tornado.websocket import WebSocketHandler

POOL = int(os.environ["POOL"])
CHUNK = bytes(i % 251 for i in range(65536))


class Database:
    """As many threads as connections: a statement that finds no thread free waits in the executor's queue."""

    def __init__(self):
        self.connections = ThreadedConnectionPool(POOL, POOL, os.environ["DATABASE_URL"])
        self.threads = ThreadPoolExecutor(POOL)

    def run(self, sql, values):
        connection = self.connections.getconn()
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(sql, values)
                return cursor.fetchone()
        finally:
            self.connections.putconn(connection)

    def query(self, sql, *values):
        return asyncio.get_running_loop().run_in_executor(self.threads, self.run, sql, values)


class Health(RequestHandler):
    def get(self):
        self.write({"status": "healthy"})


class Ping(RequestHandler):
    def get(self):
        self.set_header("Content-Type", "text/plain")
        self.write("pong")


class Hello(RequestHandler):
    def get(self):
        self.write({"message": "hello", "ts": datetime.now(timezone.utc).isoformat(timespec="microseconds")})


class DbRead(RequestHandler):
    async def get(self):
        try:
            number = int(self.get_query_argument("id", ""))
        except ValueError:
            self.set_status(400)
            return self.write({"error": "id must be a whole number"})
        sql = "SELECT id, name, description, price, created_at FROM items WHERE id = %s"
        row = await self.settings["database"].query(sql, number)
        if row is None:
            self.set_status(404)
            return self.write({"error": f"there is no item {number}"})
        id, name, description, price, created_at = row
        self.write({"id": id, "name": name, "description": description, "price": str(price), "created_at": created_at.isoformat()})


class DbWrite(RequestHandler):
    async def post(self):
        sql = "INSERT INTO entries (name) VALUES (%s) RETURNING id"
        (id,) = await self.settings["database"].query(sql, json.loads(self.request.body)["name"])
        self.set_status(201)
        self.write({"id": id})


@stream_request_body
class Upload(RequestHandler):
    def prepare(self):
        self.type = self.request.headers.get("Content-Type", "")
        self.form = bytearray() if self.type.startswith("multipart/form-data") else None
        self.digest, self.size = hashlib.sha256(), 0

    def data_received(self, piece):
        if self.form is None:
            self.digest.update(piece)
            self.size += len(piece)
        else:
            self.form += piece  # Tornado parses a form only from the whole body

    def post(self):
        if self.form is not None:
            files = {}
            parse_body_arguments(self.type, bytes(self.form), {}, files)
            self.form = None
            self.data_received(files["file"][0].body)
        self.write({"sha256": self.digest.hexdigest(), "size": self.size})


class Stream(RequestHandler):
    async def get(self):
        self.set_header("Content-Type", "application/octet-stream")
        for _ in range(160):
            self.write(CHUNK)
            await self.flush()


class WsEcho(WebSocketHandler):
    async def on_message(self, message):
        await self.write_message(message, binary=isinstance(message, bytes))


ROUTES = [("/health", Health), ("/ping", Ping), ("/json", Hello), ("/db-read", DbRead), ("/db-write", DbWrite),
          ("/upload", Upload), ("/stream", Stream), ("/ws-echo", WsEcho)]  # fmt: skip


async def serve(sockets, master):
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    if master is not None:
        asyncio.get_running_loop().add_reader(master, stop.set)
    app = Application(ROUTES, database=Database(), log_function=lambda handler: None)
    HTTPServer(app).add_sockets(sockets)
    await stop.wait()


def main(host, port, workers, backlog):
    sockets = bind_sockets(port, host, backlog=backlog)
    master = None
    if workers > 1:
        # Tornado's master does not end its children. They see it end by this pipe, of which it alone has the other end.
        master, held = os.pipe()
        fork_processes(workers, max_restarts=4)  # of 100 by default: workers that cannot start are soon given up
        os.close(held)
    asyncio.run(serve(sockets, master))


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
