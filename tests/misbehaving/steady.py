"""A server in a process of its own, so that it can be frozen: it answers at once, and keeps when.

Prints its port; on SIGTERM prints the times of its answers (nanoseconds of CLOCK_MONOTONIC, which all processes
share) as JSON and ends.
"""

import contextlib
import json
import select
import signal
import socket
import subprocess
import sys
import time

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"


class Ended(Exception):
    pass


def serve():
    def end(*_):
        raise Ended

    signal.signal(signal.SIGTERM, end)
    answered = []
    listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
    poll = select.epoll()
    poll.register(listener, select.EPOLLIN)
    connections = {}
    print(listener.getsockname()[1], flush=True)
    try:
        while True:
            for fd, _ in poll.poll():
                if fd == listener.fileno():
                    connection = listener.accept()[0]
                    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    connections[connection.fileno()] = connection
                    poll.register(connection, select.EPOLLIN)
                    continue
                try:
                    data = connections[fd].recv(65536)
                except ConnectionError:
                    data = b""
                if not data:
                    connections.pop(fd).close()
                # A client without pipelining sends a request in one piece, and the next after the answer.
                elif data.endswith(b"\r\n\r\n"):
                    connections[fd].send(ANSWER)
                    answered.append(time.monotonic_ns())
    except Ended:
        json.dump(answered, sys.stdout)


class Steady:
    """with Steady() as server: ... server.url, server.freeze(), server.thaw(); then server.answered, in seconds"""

    def __enter__(self):
        self._process = subprocess.Popen([sys.executable, __file__], stdout=subprocess.PIPE, text=True)
        self.url = f"http://127.0.0.1:{int(self._process.stdout.readline())}/"
        return self

    def freeze(self):
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self):
        self._process.send_signal(signal.SIGCONT)

    def __exit__(self, *_):
        self.thaw()
        self._process.terminate()
        self.answered = [when / 1e9 for when in json.loads(self._process.communicate(timeout=20)[0])]


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        serve()
