"""The servers that bench/load.py measures clients on: nginx, and the programs beside this file."""

import contextlib
import http.client
import json
import os
import pathlib
import resource
import shutil
import socket
import subprocess
import tempfile
import time

CONFIGURATION = """
daemon off;
worker_processes 1;
pid {folder}/pid;
error_log {folder}/error.log warn;
events {{ worker_connections {connections}; multi_accept on; }}
http {{
  access_log off;
  keepalive_requests 1000000000;
  keepalive_timeout 1h;
  default_type text/plain;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{http} backlog=16384;
    listen 127.0.0.1:{https} ssl backlog=16384;
    ssl_certificate {folder}/certificate.pem;
    ssl_certificate_key {folder}/key.pem;
    location / {{ return 200 "hello world\\n"; }}
  }}
}}
"""


def pinned(cpu):
    """For Popen's preexec_fn: on this CPU alone, with as many open files as are allowed."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]

    def prepare():
        os.sched_setaffinity(0, {cpu})
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))

    return prepare


def most_files():
    return resource.getrlimit(resource.RLIMIT_NOFILE)[1]


def free_ports(count):
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [each.getsockname()[1] for each in sockets]


def wait_for_listener(process, port, log):
    for _ in range(500):
        if process.poll() is not None:
            raise SystemExit(f"{process.args[0]} ended with {process.returncode}: {log()}")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.02)
    raise SystemExit(f"{process.args[0]} does not listen: {log()}")


@contextlib.contextmanager
def running(process):
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


def nginx_program():
    """Debian has it where only root looks."""
    return shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin:/usr/local/sbin")


@contextlib.contextmanager
def nginx(cpu):
    """One worker that answers 200 with a small body, over HTTP and HTTPS: its two ports."""
    with tempfile.TemporaryDirectory(prefix="shootout-bench-") as name:
        folder = pathlib.Path(name)
        folder.chmod(0o755)  # the worker is another user where this runs as root
        make_certificate(folder)
        http_port, https_port = free_ports(2)
        connections = min(most_files() - 64, 16384)
        text = CONFIGURATION.format(folder=folder, http=http_port, https=https_port, connections=connections)
        (folder / "nginx.conf").write_text(text)
        command = [nginx_program(), "-p", folder, "-e", folder / "error.log", "-c", folder / "nginx.conf"]
        with running(subprocess.Popen(command, preexec_fn=pinned(cpu), stdin=subprocess.DEVNULL)) as process:
            wait_for_listener(process, http_port, (folder / "error.log").read_text)
            yield http_port, https_port


def make_certificate(folder):
    """A self-signed one for localhost and 127.0.0.1."""
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += ["-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    command += ["-keyout", folder / "key.pem", "-out", folder / "certificate.pem"]
    subprocess.run(command, check=True, capture_output=True)


@contextlib.contextmanager
def own(program, cpu):
    """One of our own servers: its port."""
    process = subprocess.Popen([program], preexec_fn=pinned(cpu), stdout=subprocess.PIPE, text=True)
    with running(process):
        yield int(process.stdout.readline().rsplit(":", 1)[1])
        process.stdout.close()


def sink_counts(port):
    """What went through the sink until now."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    with contextlib.closing(connection):
        connection.request("GET", "/counts")
        return json.loads(connection.getresponse().read())
