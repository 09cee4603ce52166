"""--backend docker, with a real engine: the same results, and in every trouble the right words and nothing left."""

import json
import os
import pathlib
import signal
import socket
import subprocess
import time
import urllib.request

import pytest

from conftest import ROOT
from docker_engine import BASE, Engine, ensure_base

HERE = pathlib.Path(__file__).resolve().parent / "docker"
OURS = ["--suites-dir", HERE / "suites", "--contenders-dir", HERE / "contenders", "--contenders-dir", ROOT / "tests" / "contenders"]


# They start a daemon and need root: only where somebody asks for that.
pytestmark = pytest.mark.skipif(not os.environ.get("SHOOTOUT_TEST_DOCKER"), reason="with a Docker engine of their own: make test-docker")


@pytest.fixture(scope="module")
def the_engine():
    ensure_base()
    engine = Engine()
    try:
        engine.start()
        engine.import_base()
        engine.require_containers()
    except AssertionError as error:
        if engine.process.poll() is None:
            engine.stop()
        if os.environ["SHOOTOUT_TEST_DOCKER"] == "where-possible":
            pytest.skip(f"LEFT OUT: no Docker engine can work here: {error}")
        raise
    yield engine
    engine.stop()


@pytest.fixture
def engine(the_engine, monkeypatch):
    if the_engine.process.poll() is not None:
        the_engine.start()
    monkeypatch.setenv("DOCKER_HOST", f"unix://{the_engine.socket}")
    authorities = pathlib.Path("/usr/local/share/ca-certificates")
    if any(authorities.glob("*.crt")):      # this machine's proxy looks into TLS
        monkeypatch.setenv("SHOOTOUT_CERTIFICATES", str(authorities))
    yield the_engine
    if the_engine.process.poll() is None:
        left = the_engine.leftovers()
        for container in the_engine.containers():
            the_engine.ask("DELETE", f"/containers/{container['Id']}?force=1&v=1")
        assert not left, f"left behind: {left}"


def start_run(shootout, *arguments):
    """A run that is in the middle: at least one trial is finished, the next one under way."""
    process = shootout.start("run", "small", *OURS, "--backend", "docker", "--repeat", "6", "--loads", "clients", *arguments)
    try:
        shootout.wait_for(lambda: shootout.finished_trials() >= 1, 180)
    except AssertionError:
        process.kill()
        raise AssertionError(process.communicate()) from None
    return process


def up_and_down(shootout):
    done = shootout("up", "small", *OURS, "--backend", "docker", timeout=200)
    assert done.returncode == 0, done.stderr
    assert shootout("down", "small").returncode == 0


@pytest.mark.parametrize("network", ["host", "bridge"])
def test_check(engine, shootout, network):
    done = shootout("check", "small", *OURS, "--backend", "docker", "--network", network, timeout=400)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count(": ok") == 2
    assert not engine.leftovers()


@pytest.mark.parametrize("network", ["host", "bridge"])
def test_check_with_a_database_in_a_container(engine, shootout, network):
    done = shootout("check", "frameworks", "--contenders", "flask", "--backend", "docker", "--network", network, timeout=600)
    assert done.returncode == 0, done.stderr
    assert not engine.leftovers()


def test_servers_that_stay(engine, shootout):
    done = shootout("up", "small", *OURS, "--backend", "docker", timeout=400)
    assert done.returncode == 0, done.stderr
    try:
        assert len(engine.containers()) == 3
        done = shootout("status", "small", "--json")
        assert done.returncode == 0, done.stderr
        servers = {server["name"]: server for server in json.loads(done.stdout)["servers"]}
        assert servers["flask-gunicorn"]["processes"] == 5
        assert servers["flask-gunicorn"]["pid"] == engine.root_of("flask-gunicorn")
        with urllib.request.urlopen(servers["flask-gunicorn"]["url"] + "/benchmark/flask-io-test?delay=0.1&concurrent=2") as answer:
            assert json.load(answer)["results"]["successful"] == 2
        assert "Listening at" in shootout("logs", "small", "flask-gunicorn").stdout
        done = shootout("exec", "small", "flask-gunicorn", "--", "sh", "-c", "id -un; pwd; echo oh >&2; exit 7")
        assert (done.returncode, done.stdout, done.stderr) == (7, "shootout\n/contenders/flask-gunicorn\n", "oh\n")
        assert "flask-gunicorn" in shootout("stats", "small", "--count", "1").stdout
        before = servers["flask-gunicorn"]["pid"]
        assert shootout("restart", "small", "flask-gunicorn").returncode == 0
        assert engine.root_of("flask-gunicorn") != before
    finally:
        assert shootout("down", "small").returncode == 0
    assert not engine.leftovers()


def test_a_run_on_both_backends_holds_each_contender_against_its_twin(engine, shootout):
    done = shootout("run", "small", *OURS, "--backend", "process,docker", "--loads", "clients", "--repeat", "3", timeout=600)
    assert done.returncode == 0, done.stderr
    report = shootout.report()
    pairs = {(verdict["baseline"], verdict["contender"]) for verdict in report["verdicts"]}
    assert pairs == {(name, name + "@docker") for name in ("flask-gunicorn", "quart-hypercorn")}
    assert all(verdict["low"] <= verdict["ratio"] <= verdict["high"] for verdict in report["verdicts"])
    for trial in report["trials"]:      # void ones, too
        contained = trial["contender"].endswith("@docker")
        assert ("container_memory_bytes" in trial["metrics"]) == contained
        assert trial["metrics"]["cpu_user_s"] + trial["metrics"]["cpu_system_s"] > 0
    words = shootout("report", "last").stdout
    assert "container, network host" in words
    assert not engine.leftovers()


def test_what_the_bridge_costs_beside_the_container(engine, shootout):
    done = shootout("run", "small", *OURS, "--contenders", "flask-gunicorn", "--backend", "process,docker", "--network", "host,bridge",
                    "--loads", "clients", "--scenarios", "small", "--repeat", "2", timeout=600)
    assert done.returncode == 0, done.stderr
    report = shootout.report()
    names = ["flask-gunicorn", "flask-gunicorn@docker", "flask-gunicorn@bridge"]
    pairs = {(verdict["baseline"], verdict["contender"]) for verdict in report["verdicts"]}
    assert pairs == {(names[0], names[1]), (names[0], names[2]), (names[1], names[2])}
    for trial in report["trials"]:
        assert ("proxy_cpu_us_per_request" in trial["metrics"]) == (trial["contender"] == names[2])
    assert "container, network bridge" in shootout("report", "last").stdout
    assert not engine.leftovers()


def test_kill_9_of_shootout_leaves_nothing(engine, shootout):
    process = start_run(shootout)
    assert engine.leftovers()
    process.kill()
    process.wait()
    engine.wait_until_nothing_is_left()
    shootout.wait_until_nothing_is_left(5)


def test_what_a_killed_guardian_leaves_is_removed_by_the_next_command(engine, shootout):
    process = start_run(shootout, "--network", "bridge")
    for pid in [process.pid, *shootout.processes_named("__guardian")]:
        os.kill(pid, signal.SIGKILL)
    process.wait()
    assert engine.leftovers()
    up_and_down(shootout)
    assert not engine.leftovers()


def test_kill_9_of_a_container_in_the_middle(engine, shootout):
    process = start_run(shootout)
    os.kill(engine.root_of("quart-hypercorn"), signal.SIGKILL)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 5, err
    assert "quart-hypercorn ended by itself" in err and "signal 9" in err and "--resume" in err
    assert not engine.leftovers()


def test_kill_9_of_the_engine_in_the_middle(engine, shootout):
    process = start_run(shootout)
    roots = [engine.root_of(name) for name in ("quart-hypercorn", "flask-gunicorn")]
    engine.kill_9()
    _, err = process.communicate(timeout=60)
    assert process.returncode == 5, err
    assert "Docker engine" in err
    shootout.wait_for(lambda: not any(pathlib.Path(f"/proc/{pid}").exists() for pid in roots), 10)
    for pid in engine.processes():          # what the daemon itself left: its shims
        os.kill(pid, signal.SIGKILL)
    engine.start()
    up_and_down(shootout)
    assert not engine.leftovers()


def test_no_engine(shootout, tmp_path, engine):
    done = shootout("up", "small", *OURS, "--backend", "docker", DOCKER_HOST=f"unix://{tmp_path}/none.sock")
    assert done.returncode == 5
    assert "no Docker engine answers" in done.stderr and "apt-get install docker.io" in done.stderr
    done = shootout("up", "small", *OURS, "--backend", "docker", DOCKER_HOST="tcp://192.0.2.1:2375")
    assert done.returncode == 5 and "not one of this machine" in done.stderr


def test_an_image_that_does_not_build(engine, shootout):
    done = shootout("check", "limits", *OURS, "--contenders", "does-not-build", "--backend", "docker", timeout=300)
    assert done.returncode == 5
    assert "does-not-build: its image could not be built" in done.stderr and "the reason why" in done.stderr
    assert not engine.leftovers()


def test_a_base_image_that_is_not_to_be_had(engine, shootout):
    done = shootout("check", "limits", *OURS, "--backend", "docker", "--base-image", "no-such-image:1", timeout=120)
    assert done.returncode == 5 and "--base-image" in done.stderr


def test_a_full_disk(the_engine, shootout):
    small = Engine(megabytes=BASE.stat().st_size // 2**20 + 40).start()
    try:
        small.import_base()
        done = shootout("check", "limits", *OURS, "--backend", "docker", timeout=300, DOCKER_HOST=f"unix://{small.socket}")
        assert done.returncode == 5
        assert "MB left, and images need" in done.stderr and "shootout clean" in done.stderr, done.stderr
        assert not small.leftovers()
    finally:
        small.stop()


def test_a_health_check_that_never_passes(engine, shootout):
    done = shootout("up", "small", *OURS, "--contenders", "never-healthy", "--backend", "docker", timeout=300)
    assert done.returncode == 5
    assert "never-healthy was not ready within 2 s" in done.stderr and "answers 404" in done.stderr
    assert not engine.leftovers()


def test_a_server_that_dies_at_start_is_told_with_its_log(engine, shootout):
    done = shootout("up", "small", *OURS, "--contenders", "dies-at-start", "--backend", "docker", timeout=300)
    assert done.returncode == 5
    assert "dies-at-start" in done.stderr and "ended before it was ready" in done.stderr
    assert not engine.leftovers()


@pytest.mark.parametrize("network", ["host", "bridge"])
def test_a_port_that_is_taken(engine, shootout, network):
    with socket.create_server(("127.0.0.1", 8002)):
        done = shootout("up", "small", *OURS, "--backend", "docker", "--network", network, timeout=300)
    assert done.returncode == 5
    assert "port 8002, which flask-gunicorn needs, is taken by python" in done.stderr
    assert not engine.leftovers()


@pytest.mark.parametrize("limits, reason", [
    ([], "its memory limit was reached: the kernel killed"),        # the profile's: a worker, in the middle
    (["--limits", "cpus=0.1"], "its CPU limit held the container back"),
])
def test_a_limit_that_decides_a_trial_voids_it(engine, shootout, limits, reason):
    done = shootout("run", "limits", *OURS, *limits, "--backend", "docker", timeout=300)
    assert done.returncode == 4, done.stderr
    reasons = [told for trial in shootout.report()["trials"] for told in trial["reasons"]]
    assert any(reason in told for told in reasons), reasons
    assert not engine.leftovers()


def test_images_are_made_once_and_stay_until_clean(engine, shootout):
    cache = {"XDG_CACHE_HOME": str(shootout.home / "cache")}
    prepare = ["prepare", "small", *OURS, "--backend", "docker"]
    assert shootout(*prepare, timeout=400, **cache).returncode == 0
    tags = {tag for image in engine.ask("GET", "/images/json")[1] for tag in image["RepoTags"] or []}
    assert shootout(*prepare, timeout=60, **cache).returncode == 0
    assert {tag for image in engine.ask("GET", "/images/json")[1] for tag in image["RepoTags"] or []} == tags
    assert sum(tag.startswith("shootout/flask-gunicorn:") for tag in tags) == 1
    assert shootout("clean", **cache).returncode == 0
    tags = {tag for image in engine.ask("GET", "/images/json")[1] for tag in image["RepoTags"] or []}
    assert tags == {"debian:12-slim"}


def compose(file, *arguments, timeout=600):
    authorities = "\n".join(path.read_text() for path in pathlib.Path("/usr/local/share/ca-certificates").glob("*.crt"))
    return subprocess.run(["docker-compose", "--project-name", "shootout-test", "--file", file, *arguments], capture_output=True,
                          text=True, timeout=timeout, env={**os.environ, "SHOOTOUT_CERTIFICATES_PEM": authorities,
                                                           "COMPOSE_HTTP_TIMEOUT": "300"})


KILL_THE_BJOERNS = """
import os, pathlib, signal
pids = [int(path.parent.name) for path in pathlib.Path("/proc").glob("[0-9]*/cmdline") if b"\\0serve.py\\0" in path.read_bytes()]
pids = [pid for pid in pids if pathlib.Path(f"/proc/{pid}/exe").resolve().name.startswith("python")]
for pid in pids: os.kill(pid, signal.SIGKILL)
print(len(pids))
"""

SERVED = {
    "io": {8001: "/health", 8002: "/benchmark/flask-io-test?delay=0.1&concurrent=2", 8003: "/benchmark/quart-io-test?delay=0.1&concurrent=2"},
    "frameworks": {port: "/db-read?id=7" for port in range(8081, 8087)},
}


@pytest.mark.parametrize("suite", ["io", "frameworks"])
def test_compose_by_hand_serves_the_seeds_ports(engine, suite):
    file = ROOT / "docker" / f"compose.{suite}.yaml"
    try:
        done = compose(file, "up", "--build", "--detach", timeout=900)
        assert done.returncode == 0, done.stderr[-3000:]
        for port, path in SERVED[suite].items():
            deadline = time.monotonic() + 60
            while True:
                try:
                    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
                        assert answer.status == 200
                        break
                except OSError:
                    assert time.monotonic() < deadline, f"port {port}: {compose(file, 'logs').stdout[-3000:]}"
                    time.sleep(0.5)
        if suite == "io":
            names = {name for container in engine.containers() for name in container["Names"]}
            assert names == {"/io-benchmark-fastapi", "/io-benchmark-flask", "/io-benchmark-quart"}
            done = compose(file, "exec", "-T", "flask-server", "sh", "-c", "echo $SERVER_TYPE")
            assert done.stdout == "Flask/Gunicorn (WSGI)\n", done.stderr
            assert compose(file, "restart", "quart-server").returncode == 0
            assert "Listening at" in compose(file, "logs", "flask-server").stdout
    finally:
        down = compose(file, "down", "--volumes")
    assert down.returncode == 0, down.stderr
    assert not engine.leftovers()


def test_compose_by_hand_keeps_several_programs(engine):
    file = ROOT / "docker" / "compose.servers.yaml"
    try:
        done = compose(file, "--profile", "nginx-bjoern", "up", "--build", "--detach", timeout=900)
        assert done.returncode == 0, done.stderr[-3000:]

        def wait_for_answers(number):
            deadline = time.monotonic() + 60
            for _ in range(number):
                while True:
                    try:
                        with urllib.request.urlopen("http://127.0.0.1:8000/api/v2/42", timeout=10) as answer:
                            assert json.load(answer) == {"msisdn": "42", "status": "ok"}
                            break
                    except OSError:
                        assert time.monotonic() < deadline, compose(file, "--profile", "nginx-bjoern", "logs").stdout[-3000:]
                        time.sleep(0.5)

        wait_for_answers(1)
        done = compose(file, "--profile", "nginx-bjoern", "exec", "-T", "nginx-bjoern", "python3", "-c", KILL_THE_BJOERNS)
        assert done.stdout == "4\n", done.stderr
        wait_for_answers(8)
    finally:
        down = compose(file, "--profile", "nginx-bjoern", "down", "--volumes")
    assert down.returncode == 0, down.stderr
    assert not engine.leftovers()
