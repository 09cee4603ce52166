"""A Docker engine of the tests' own: its data, its socket, and nothing of it left afterwards."""

import contextlib
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
BASE = ROOT / "build" / "docker-base.tar"       # of Debian's own mirror; made once


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("docker", timeout=120)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self.path))


def ensure_base():
    if not BASE.exists():
        BASE.parent.mkdir(exist_ok=True)
        part = BASE.with_suffix(".part.tar")
        subprocess.run(["mmdebstrap", "--quiet", "--variant=minbase", "bookworm", str(part)],
                       check=True, capture_output=True, timeout=600)
        part.rename(BASE)


class Engine:
    def __init__(self, megabytes=None):
        """With a disk of its own of so many megabytes, where that is said."""
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="shootout-docker-", dir="/var/tmp"))
        if megabytes:
            (self.folder / "data").mkdir()
            subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", self.folder / "data"], check=True)
        self.socket = self.folder / "docker.sock"
        self.process = None

    def start(self):
        # No rules in the machine's packet filter: published ports are carried by docker-proxy.
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen(
                ["dockerd", "--data-root", str(self.folder / "data"), "--exec-root", str(self.folder / "exec"), "--pidfile",
                 str(self.folder / "pid"), "--host", f"unix://{self.socket}", "--iptables=false", "--ip6tables=false",
                 "--bridge=none", "--group", str(os.getgid())], stdout=log, stderr=log, start_new_session=True)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and self.process.poll() is None:
            with contextlib.suppress(OSError, http.client.HTTPException):
                if self.ask("GET", "/_ping")[0] == 200:
                    return self
            time.sleep(0.2)
        raise AssertionError("dockerd does not start:\n" + (self.folder / "log").read_text()[-3000:])

    def import_base(self):
        connection = UnixConnection(self.socket)
        with open(BASE, "rb") as archive:
            connection.request("POST", "/images/create?fromSrc=-&repo=debian&tag=12-slim", body=archive,
                               headers={"Content-Type": "application/x-tar", "Content-Length": str(BASE.stat().st_size)})
            answer = connection.getresponse()
            assert answer.status == 200, answer.read()
            answer.read()

    def ask(self, method, path, body=None):
        connection = UnixConnection(self.socket)
        connection.request(method, path, body=json.dumps(body) if body else None, headers={"Content-Type": "application/json"} if body else {})
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        try:
            return answer.status, json.loads(text)
        except ValueError:
            return answer.status, text

    def require_containers(self):
        """Some machines let an engine start, but no container."""
        status, made = self.ask("POST", "/containers/create", {"Image": "debian:12-slim", "Cmd": ["true"], "HostConfig": {"NetworkMode": "host"}})
        assert status == 201, made
        try:
            status, answer = self.ask("POST", f"/containers/{made['Id']}/start")
            assert status == 204, answer
            ended = self.ask("POST", f"/containers/{made['Id']}/wait")[1]
            assert ended["StatusCode"] == 0, ended
        finally:
            self.ask("DELETE", f"/containers/{made['Id']}?force=1&v=1")

    def containers(self, everything=True):
        return self.ask("GET", f"/containers/json?all={int(everything)}")[1]

    def root_of(self, name_part):
        """The process id of the running container whose name holds this."""
        for container in self.containers():
            if any(name_part in name for name in container["Names"]):
                return self.ask("GET", f"/containers/{container['Id']}/json")[1]["State"]["Pid"]
        raise AssertionError(f"no container {name_part}: {self.containers()}")

    def leftovers(self):
        """Containers, networks and volumes of anybody's, since the engine is the tests' own."""
        volumes = self.ask("GET", "/volumes")[1]["Volumes"] or []
        return ([container["Names"] for container in self.containers()] +
                [network["Name"] for network in self.ask("GET", "/networks")[1] if network["Name"] not in ("host", "none", "bridge")] +
                [volume["Name"] for volume in volumes])

    def wait_until_nothing_is_left(self, seconds=8.0):
        deadline = time.monotonic() + seconds
        while (left := self.leftovers()) and time.monotonic() < deadline:
            time.sleep(0.1)
        assert not left, f"left behind: {left}"

    def kill_9(self):
        self.process.kill()
        self.process.wait()

    def processes(self):
        """All that name the engine's folder: the daemon, its containerd, its shims and proxies."""
        found = []
        for entry in pathlib.Path("/proc").iterdir():
            with contextlib.suppress(OSError):
                if entry.name.isdigit() and str(self.folder).encode() in (entry / "cmdline").read_bytes():
                    found.append(int(entry.name))
        return [pid for pid in found if pid != os.getpid()]

    def stop(self):
        for container in self.containers():
            self.ask("DELETE", f"/containers/{container['Id']}?force=1&v=1")
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=30)
        for pid in self.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        mounts = [line.split()[1] for line in pathlib.Path("/proc/mounts").read_text().splitlines()]
        for mount in sorted((mount for mount in mounts if mount.startswith(str(self.folder))), reverse=True):
            subprocess.run(["umount", "--lazy", mount], check=False)
        shutil.rmtree(self.folder, ignore_errors=True)
