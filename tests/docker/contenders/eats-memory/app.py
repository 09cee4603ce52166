import http.server
import os
import signal
import socket
import sys

held = []


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        if self.path.startswith("/eat"):
            held.append(bytearray(b"x" * (100 << 20)))
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_):
        pass


listener = socket.create_server((sys.argv[1], int(sys.argv[2])))
signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
while True:
    worker = os.fork()
    if worker == 0:
        server = http.server.ThreadingHTTPServer(listener.getsockname(), Handler, bind_and_activate=False)
        server.socket = listener
        server.serve_forever()
    os.waitpid(worker, 0)
    print("the worker died", flush=True)
