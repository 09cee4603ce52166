"""The suite `frameworks`: six stacks and their PostgreSQL, those who cheat, and what breaks in the middle."""

import csv
import io
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time

import jsonschema
import pytest

from conftest import ROOT

CONTENDERS = ["--contenders-dir", ROOT / "tests" / "contenders"]
STACKS = ["flask", "django", "fastapi", "aquilia", "sanic", "tornado"]


@pytest.fixture
def loose(tmp_path):
    """The suite with gates that do not ask for a quiet machine: what is tested here is something else."""
    text = (ROOT / "suites" / "frameworks.yaml").read_text().replace("suite: frameworks\n", "suite: loose\n")
    gates = ("gates: {ceiling: 1, generator_cpu: 100%, generator_wait: 90%, others_cpu: 200%, steal: 90%, io_pressure: 100%, "
             "memory_pressure: 90%, littles_law: 20%, errors: 20%}\n")
    folder = tmp_path / "suites"
    folder.mkdir()
    (folder / "loose.yaml").write_text(text.replace("\nprofiles:\n", f"\n{gates}\nprofiles:\n"))
    return ["loose", "--suites-dir", folder, *CONTENDERS]


def last_attempts(report):
    return list({trial["number"]: trial for trial in report["trials"]}.values())


def test_every_contender_answers_rightly_in_every_scenario(shootout):
    done = shootout("check", "frameworks", "--contenders", ",".join([*STACKS, "aquilia-raw", "tornado-single", "django-pool"]),
                    timeout=600)
    assert done.returncode == 0, done.stderr
    for name in [*STACKS, "flask-sock", "django-channels"]:
        assert f"{name}: ok" in done.stdout
    shootout.wait_until_nothing_is_left()


@pytest.mark.parametrize("cheat, scenario, says", [
    ("constant-row", "db-read", "/name"),
    ("unread-row", "db-read", "rows read"),
    ("cached-ts", "json", "/ts"),
    ("lazy-upload", "upload", "/sha256"),
    ("short-stream", "stream", "10485760"),
    ("wrong-stream", "stream", "SHA-256"),
    ("reordering-echo", "ws-echo", "WebSocket"),
    ("uncommitted-write", "db-write", "has none"),
])
def test_who_cheats_is_refused(shootout, cheat, scenario, says):
    done = shootout("run", "frameworks", *CONTENDERS, "--contenders", cheat, "--scenarios", scenario, "--loads", "steady",
                    "--repeat", "1", timeout=600)
    assert done.returncode == 3, done.stderr
    assert cheat in done.stderr and says in done.stderr
    shootout.wait_until_nothing_is_left()


def test_a_run_fills_every_cell(shootout, loose):
    done = shootout("run", *loose, "--contenders", "flask,fastapi", "--repeat", "1", timeout=600)
    assert done.returncode == 0, done.stderr
    report = shootout.report()
    jsonschema.validate(report, json.loads((ROOT / "schemas" / "shootout.run-1.schema.json").read_text()))
    trials = last_attempts(report)
    cells = {(trial["load"], trial["scenario"]) for trial in trials}
    assert cells == {("steady", s) for s in ("ping", "json", "db-read", "db-write", "upload", "stream", "ws-echo")} | {
        ("spike", "json"), ("spike", "db-read")}
    for trial in trials:
        assert trial["valid"], trial["reasons"]
        metrics = trial["metrics"]
        for name in ("requests_per_second", "latency_p50_us", "cpu_us_per_request", "rss_bytes", "bytes_per_answer"):
            assert metrics[name] > 0, (trial["contender"], trial["scenario"], name)
        if trial["scenario"].startswith("db-"):
            what = "read" if trial["scenario"] == "db-read" else "written"
            assert metrics[f"rows_{what}"] >= metrics[f"rows_{what}_claimed"] > 0
            assert metrics["database_cpu_us_per_request"] > 0
        if trial["load"] == "spike":
            phases = trial["phases"]
            assert [phase["connections"] for phase in phases] == [10, 100, 250, 500, 500, 10]
            assert sum(phase["started"] for phase in phases) > 0 and metrics["hold_requests_per_second"] > 0
    assert {trial.get("served_by") for trial in trials if trial["contender"] == "flask" and trial["scenario"] == "ws-echo"} == {
        "flask-sock"}

    rows = list(csv.DictReader(io.StringIO(shootout("report", "last", "--format", "csv").stdout)))
    assert len(rows) == len(report["trials"])
    markdown = shootout("report", "last", "--format", "md").stdout
    for scenario in ("/ping", "/json", "/db-read", "/db-write", "/upload", "/stream", "/ws-echo"):
        assert scenario in markdown
    assert max(map(len, done.stdout.splitlines())) <= 80
    shootout.wait_until_nothing_is_left()


def test_one_load_of_one_scenario_of_one_contender(shootout, loose):
    done = shootout("run", *loose, "--contenders", "aquilia", "--scenarios", "json", "--loads", "spike", "--repeat", "1", timeout=300)
    assert done.returncode == 0, done.stderr
    (trial,) = last_attempts(shootout.report())
    assert (trial["contender"], trial["scenario"], trial["load"]) == ("aquilia", "json", "spike")


def start_reading(shootout, loose, contenders="flask", postgres=None, **extra):
    # More follows in the same replicate, so that what is killed now is missed.
    process = shootout.start("run", *loose, "--contenders", contenders, "--scenarios", "db-read,db-write,json", "--loads", "steady",
                             "--repeat", "2", *(["--postgres", postgres] if postgres else []), **extra)
    try:
        shootout.wait_for(lambda: shootout.finished_trials() >= 1, seconds=180)
    except AssertionError:
        process.kill()
        raise AssertionError(process.communicate()) from None
    return process


def postmaster(shootout):
    return min(pid for pid, command in shootout.leftovers().items() if command.split()[0].endswith("/postgres") or command.startswith("postgres"))


def test_kill_9_of_postgresql_is_named_and_the_run_can_be_resumed(shootout, loose):
    process = start_reading(shootout, loose)
    os.kill(postmaster(shootout), signal.SIGKILL)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 5, err
    assert "postgres ended by itself" in err and "signal 9" in err
    shootout.wait_until_nothing_is_left()
    done = shootout("run", "--resume", "last", *loose[1:], timeout=300)
    assert done.returncode == 0, done.stderr


def test_kill_9_of_a_worker_voids_its_trial(shootout, loose):
    process = start_reading(shootout, loose)
    workers = sorted(shootout.processes_named("gunicorn"))
    os.kill(workers[-1], signal.SIGKILL)
    _, err = process.communicate(timeout=240)
    assert process.returncode == 0, err
    assert all(trial["valid"] for trial in last_attempts(shootout.report()))


def test_a_pool_too_large_for_the_database_is_told(shootout, loose):
    done = shootout("run", *loose, "--contenders", "fastapi", "--scenarios", "db-read", "--loads", "steady", "--repeat", "1",
                    "--set", "postgres.max_connections=5", timeout=300)
    assert done.returncode in (3, 4, 5), done.stderr
    assert "connection" in done.stderr
    shootout.wait_until_nothing_is_left()


def test_an_unknown_companion_or_scenario_is_told(shootout):
    done = shootout("run", "frameworks", "--scenarios", "db-raed", "--dry-run")
    assert done.returncode == 2 and "db-read" in done.stderr


def test_the_seeds_hours_are_told_before(shootout):
    done = shootout("run", "frameworks", "--profile", "seed", "--dry-run")
    assert done.returncode == 0, done.stderr
    assert "h" in done.stdout


@pytest.fixture
def own_postgres():
    """A server that shootout knows nothing of, as (URL, a function that runs a statement and gives its lines)."""
    programs = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: int(folder.parent.name))[-1]
    folder = pathlib.Path(tempfile.mkdtemp(prefix="postgres-of-a-test-", dir="/var/tmp"))
    account = []
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        shutil.chown(folder, "postgres", "postgres")
        account = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (folder / "password").write_text("s:cr@t\n")
    subprocess.run([*account, programs / "initdb", "-D", folder / "data", "-U", "postgres", "--pwfile", folder / "password",
                    "--auth=scram-sha-256", "--no-sync"], check=True, stdout=subprocess.DEVNULL, cwd=folder)
    server = subprocess.Popen([*account, programs / "postgres", "-D", folder / "data", "-p", str(port), "-c", "listen_addresses=127.0.0.1",
                               "-c", "unix_socket_directories=", "-c", "fsync=off"], cwd=folder, stderr=subprocess.DEVNULL)
    url = f"postgresql://postgres:s%3Acr%40t@127.0.0.1:{port}/postgres"

    def ask(statement):
        return subprocess.run([programs / "psql", "--no-psqlrc", "-tA", url, "-c", statement], text=True, capture_output=True)

    try:
        deadline = time.monotonic() + 30
        while ask("SELECT 1").returncode != 0:
            assert time.monotonic() < deadline and server.poll() is None
            time.sleep(0.05)
        yield url, lambda statement: ask(statement).stdout.split()
    finally:
        server.send_signal(signal.SIGINT)  # fast shutdown
        server.wait(timeout=30)
        shutil.rmtree(folder)


SCHEMAS = "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'shootout%'"


def test_ones_own_postgresql(shootout, own_postgres):
    url, ask = own_postgres
    ask("CREATE TABLE items (mine integer)")
    # Sanic's processes speak through sockets, and a socket's name is short: the home may be long all the same.
    home = shootout.home / ("long-" * 20)
    done = shootout("check", "frameworks", "--contenders", ",".join([*STACKS, "django-pool"]), "--postgres", url, timeout=600,
                    SHOOTOUT_HOME=str(home))
    assert done.returncode == 0, done.stderr
    assert list((home / "check").iterdir()) == []
    assert ask(SCHEMAS) == []
    assert ask("SELECT count(*) FROM items") == ["0"]
    shootout.wait_until_nothing_is_left()


def test_a_run_on_a_postgresql_of_ones_own(shootout, loose, own_postgres):
    url, ask = own_postgres
    masked = url.replace("s%3Acr%40t", "***")
    process = start_reading(shootout, loose, postgres=url)
    (schema,) = ask(SCHEMAS)
    assert re.fullmatch("shootout_[0-9a-f]{32}", schema)
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=60) == 130
    shootout.wait_until_nothing_is_left()
    assert ask(SCHEMAS) == []

    refused = shootout("run", "--resume", "last")
    assert refused.returncode == 2 and f"--postgres {masked}" in refused.stderr
    done = shootout("run", "--resume", "last", "--postgres", url, "--contenders-dir", ROOT / "tests" / "contenders", timeout=600)
    assert done.returncode == 0, done.stderr
    for trial in last_attempts(shootout.report()):
        metrics = trial["metrics"]
        assert trial["valid"], trial["reasons"]
        assert "database_cpu_percent" not in metrics and "database_cpu_us_per_request" not in metrics
        if trial["scenario"] == "db-write":
            assert metrics["rows_written"] >= metrics["rows_written_claimed"] > 0
    told = "".join(shootout("report", "last", "--format", format).stdout for format in ("md", "json", "csv"))
    assert masked in told and "s%3Acr%40t" not in told and "s:cr@t" not in told


def test_a_schema_whose_keeper_was_killed_goes_with_the_next_run(shootout, own_postgres):
    url, ask = own_postgres
    process = shootout.start("up", "frameworks", "--contenders", "flask", "--postgres", url)
    assert process.wait(timeout=120) == 0
    keepers = [pid for pid, command in shootout.leftovers().items() if "__schema" in command]
    assert len(keepers) == 1
    os.kill(keepers[0], signal.SIGKILL)
    assert shootout("down", "frameworks").returncode == 0
    assert len(ask(SCHEMAS)) == 1
    assert shootout("check", "frameworks", "--contenders", "flask", "--postgres", url, timeout=120).returncode == 0
    assert ask(SCHEMAS) == []


@pytest.mark.parametrize("url, code, says", [
    ("127.0.0.1:5432", 2, "postgresql://USER:PASSWORD@HOST:PORT/DATABASE"),
    ("postgresql://nobody:secret@127.0.0.1:1/none", 5, "127.0.0.1:1"),
])
def test_a_postgresql_that_is_not_there_is_told(shootout, url, code, says):
    done = shootout("check", "frameworks", "--contenders", "flask", "--postgres", url, timeout=120)
    assert done.returncode == code, done.stderr
    assert says in done.stderr and "secret" not in done.stderr
    shootout.wait_until_nothing_is_left()


def test_postgres_for_those_who_need_none_is_told(shootout):
    done = shootout("run", "io", "--dry-run", "--postgres", "postgresql://127.0.0.1/x")
    assert done.returncode == 2 and "postgres" in done.stderr


def test_a_package_from_a_folder(shootout, tmp_path):
    """A changed Flask, told apart from the lock file's by its version."""
    package = tmp_path / "flask"
    fetched = subprocess.run(["python3", "-m", "pip", "download", "--no-deps", "--no-binary", ":all:", "--disable-pip-version-check",
                              "--dest", tmp_path, "flask==3.1.2"], capture_output=True, text=True)
    assert fetched.returncode == 0, fetched.stderr
    (archive,) = tmp_path.glob("*.tar.gz")
    shutil.unpack_archive(archive, tmp_path / "unpacked")
    (unpacked,) = (tmp_path / "unpacked").iterdir()
    unpacked.rename(package)
    before = sorted(package.rglob("*"))
    done = shootout("check", "frameworks", "--contenders", "flask", "--set", f"flask.source={package}", timeout=600)
    assert done.returncode == 0, done.stderr
    assert sorted(package.rglob("*")) == before
    run = ["run", "frameworks", "--contenders", "flask", "--scenarios", "ping", "--loads", "steady", "--repeat", "1"]
    shootout(*run, "--set", f"flask.source={package}", timeout=600)
    described = shootout.report()["contenders"]["flask"]
    assert described["packages"]["Flask"] == "3.1.2" or described["packages"]["flask"] == "3.1.2"
    assert described["overrides"]["source"] == str(package)

    nothing = shootout(*run, "--set", f"flask.source={tmp_path}", "--dry-run")
    assert nothing.returncode == 2 and "pyproject.toml" in nothing.stderr


def test_a_full_disk_of_the_database_ends_the_run_and_it_can_be_resumed(shootout, loose):
    if os.geteuid() != 0:
        pytest.skip("mounting a small disk needs root")
    # A namespace of its own has a small disk where the database's data lie.
    command = ["unshare", "--mount", "sh", "-c", 'mount -t tmpfs -o size=200m tmpfs /var/tmp && exec "$@"', "sh"]
    process = subprocess.Popen([*command, *shootout.command("run", *loose, "--contenders", "flask", "--scenarios", "db-write,db-read,json",
                                                            "--loads", "steady", "--repeat", "3")],
                               env=shootout.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        shootout.wait_for(lambda: shootout.finished_trials() >= 1, seconds=180)
        with open(f"/proc/{process.pid}/root/var/tmp/filler", "wb", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(65536))
            except OSError:
                pass
        _, err = process.communicate(timeout=180)
    finally:
        process.kill()
    assert process.returncode == 5, err
    assert "the disk with the data of PostgreSQL is full" in err and "--resume" in err
    shootout.wait_until_nothing_is_left()
    done = shootout("run", "--resume", "last", "--contenders-dir", ROOT / "tests" / "contenders", timeout=600)
    assert done.returncode == 0, done.stderr
    assert all(trial["valid"] for trial in last_attempts(shootout.report()))


def test_a_port_of_a_contenders_own_that_is_taken_is_told(shootout):
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind(("127.0.0.1", 8081))
        holder.listen()
        done = shootout("run", "frameworks", "--contenders", "flask", "--scenarios", "json", "--repeat", "1", "--ports", "own", timeout=120)
    assert done.returncode == 5
    assert "8081" in done.stderr and str(os.getpid()) in done.stderr
    shootout.wait_until_nothing_is_left()
