"""Certificates made for the tests, and nginx and OpenSSL's own server with them."""

import contextlib
import os
import pathlib
import re
import shutil
import socket
import subprocess
import time

CONFIGURATION = """
{user}daemon off;
worker_processes 1;
pid {folder}/pid;
error_log {folder}/error.log warn;
events {{ worker_connections 512; }}
http {{
  log_format witness '$ssl_protocol $ssl_cipher $ssl_session_reused [$ssl_server_name] $ssl_alpn_protocol $connection $status';
  access_log {folder}/access.log witness;
  keepalive_requests {keepalive_requests};
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port} ssl{http2};
    ssl_protocols {protocols};
    ssl_session_cache {cache};
    ssl_session_tickets {tickets};
    ssl_certificate {certificate}.pem;
    ssl_certificate_key {certificate}.key;
    location = /large {{ alias {folder}/large; }}
    location / {{ return 200 "hello"; }}
  }}
}}
"""


def openssl(*arguments, cwd):
    subprocess.run(["openssl", *map(str, arguments)], cwd=cwd, check=True, capture_output=True, text=True)


class Authority:
    """A certificate authority in a folder, which signs what it is asked to."""

    def __init__(self, folder, name):
        self.folder, self.name = folder, name
        self._new_key(name, "req", "-x509", "-days", "2", "-subj", f"/CN=authority {name}")
        self.file = folder / f"{name}.pem"

    def _new_key(self, name, *command):
        key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", f"{name}.key"]
        out = f"{name}.csr" if "-x509" not in command else f"{name}.pem"
        openssl(*command, *key, "-out", out, cwd=self.folder)

    def certificate(self, name, names, days=2):
        """The path, without its end, of a certificate for these names and of its key."""
        self._new_key(name, "req", "-subj", f"/CN={name}")
        (self.folder / f"{name}.ext").write_text(f"subjectAltName={names}\n")
        sign = ["x509", "-req", "-in", f"{name}.csr", "-CA", f"{self.name}.pem", "-CAkey", f"{self.name}.key"]
        sign += ["-CAcreateserial", "-days", days, "-extfile", f"{name}.ext", "-out", f"{name}.pem"]
        openssl(*sign, cwd=self.folder)
        return self.folder / name


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


def wait_for_listener(process, port):
    for _ in range(500):
        assert process.poll() is None, f"{process.args[0]} ended with {process.returncode}"
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.02)
    raise AssertionError(f"{process.args[0]} does not listen")


class Nginx:
    """with Nginx(folder, certificate) as server: ... server.url, server.witness()"""

    def __init__(self, folder, certificate, *, protocols="TLSv1.2 TLSv1.3", http2=False, keepalive_requests=1000, cache="none", tickets=True):
        self.folder = pathlib.Path(folder)
        self.port = free_port()
        self.url = f"https://127.0.0.1:{self.port}/"
        user = "user root;\n" if os.geteuid() == 0 else ""  # else nobody, who may not read the tests' folders
        text = CONFIGURATION.format(user=user, folder=folder, certificate=certificate, protocols=protocols, port=self.port,
                                    http2=" http2" if http2 else "", keepalive_requests=keepalive_requests, cache=cache,
                                    tickets="on" if tickets else "off")  # fmt: skip
        (self.folder / "nginx.conf").write_text(text)
        (self.folder / "large").write_bytes(b"x" * 10_000_000)

    def __enter__(self):
        program = shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin:/usr/local/sbin")
        assert program, "nginx is not installed; tools/setup test installs it"
        command = [program, "-p", self.folder, "-e", self.folder / "error.log", "-c", self.folder / "nginx.conf"]
        self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
        wait_for_listener(self._process, self.port)
        return self

    def __exit__(self, *_):
        self._process.terminate()
        self._process.wait()

    def witness(self):
        """What nginx says of each answered request; only after it has ended is all of it there."""
        line = r"(?P<version>\S+) (?P<cipher>\S+) (?P<reused>\S+) \[(?P<name>\S*)\] (?P<alpn>\S+) (?P<connection>\d+) (?P<status>\d+)"
        text = (self.folder / "access.log").read_text()
        return [re.fullmatch(line, each).groupdict() for each in text.splitlines()]


@contextlib.contextmanager
def openssl_server(certificate, *options):
    """OpenSSL's own test server, which answers any GET with a page and closes: its port."""
    port = free_port()
    command = ["openssl", "s_server", "-accept", f"127.0.0.1:{port}", "-cert", f"{certificate}.pem", "-key", f"{certificate}.key", "-www", "-quiet", *options]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for_listener(process, port)
        yield port
    finally:
        process.terminate()
        process.wait()
