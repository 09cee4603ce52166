"""GET /sum?a=A&b=B -> JSON with the sum, always in SIZE bytes. `app.py PORT [FAULT]`: what may be wrong with the answers."""

import email.utils
import itertools
import json
import socketserver
import sys
import threading
import time
import urllib.parse

SIZE = 200
numbers = itertools.count(1)  # of the requests for a sum; next() is one step under the interpreter's lock
cached = {}
lock = threading.Lock()


def padded(document, size=SIZE):
    document["padding"] = ""
    document["padding"] = "x" * (size - len(json.dumps(document)))
    return json.dumps(document).encode()


def honest(number, a, b):
    return padded({"a": a, "b": b, "sum": a + b})


def caches(number, a, b):
    with lock:
        return cached.setdefault("/sum", honest(number, a, b))


def short_answers(number, a, b):
    return padded({"a": a, "b": b, "sum": a + b}, SIZE if number % 50 else SIZE - 20)


def error_inside(number, a, b):
    return honest(number, a, b) if number % 50 else padded({"error": "the database did not answer"})


def drops(number, a, b):
    return honest(number, a, b) if number % 100 else None


def slows(number, a, b):
    time.sleep(0.001 + 2e-6 * number)
    return honest(number, a, b)


FAULTS = {"none": honest, "caches": caches, "short-answers": short_answers, "error-inside": error_inside, "drops": drops, "slows": slows,
          "accepts-slowly": honest}


def answer(target, fault):
    """The status and the body; no body: hang up."""
    path, _, query = target.partition("?")
    if path == "/health":
        return 200, b'{"status": "healthy"}'
    values = urllib.parse.parse_qs(query)
    try:
        a, b = int(values["a"][0]), int(values["b"][0])
    except (KeyError, ValueError):
        return 400, b'{"error": "a and b must be whole numbers"}'
    if path != "/sum":
        return 404, b'{"error": "there are /sum and /health"}'
    return 200, fault(next(numbers), a, b)


class Handler(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True

    def handle(self):
        try:
            while self.one_request():
                pass
        except ConnectionError:
            pass

    def one_request(self):
        line = self.rfile.readline().decode("latin-1").split()
        if len(line) != 3:
            return False
        close = False
        while (header := self.rfile.readline()) not in (b"\r\n", b""):
            close |= header.lower().replace(b" ", b"").startswith(b"connection:close")
        status, body = answer(line[1], self.server.fault)
        if body is None:
            return False
        head = (f"HTTP/1.1 {status} {'OK' if status == 200 else 'Wrong'}\r\nDate: {email.utils.formatdate(usegmt=True)}\r\n"
                f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n{'Connection: close' if close else 'Connection: keep-alive'}\r\n\r\n")
        self.wfile.write(head.encode() + (b"" if line[0] == "HEAD" else body))
        return not close


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 512
    pause = 0   # before each connection is accepted

    def get_request(self):
        time.sleep(self.pause)
        return super().get_request()


with Server(("127.0.0.1", int(sys.argv[1])), Handler) as server:
    name = sys.argv[2] if len(sys.argv) > 2 else "none"
    server.fault = FAULTS[name]
    server.pause = 0.004 if name == "accepts-slowly" else 0
    server.serve_forever()
