"""The suite `frameworks`: six stacks and their PostgreSQL, those who cheat, and what breaks in the middle."""

import csv
import io
import json
import os
import pathlib
import signal

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


def start_reading(shootout, loose, contenders="flask", **extra):
    # More follows in the same replicate, so that what is killed now is missed.
    process = shootout.start("run", *loose, "--contenders", contenders, "--scenarios", "db-read,db-write,json", "--loads", "steady",
                             "--repeat", "2", **extra)
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
