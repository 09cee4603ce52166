"""`compare`, `list runs` and `clean --run`, on runs that are written into the store."""

import fcntl
import json
import math
import os
import sqlite3
import struct

import jsonschema
import pytest

from conftest import ROOT

SUITE = (ROOT / "tests" / "suites" / "tiny.yaml").read_text()
MACHINE = {"cpu_model": "Example", "cores": 2, "kernel": "Linux 6.1", "memory_bytes": 8321499136}
SCATTER = [0.99, 1.0, 1.01, 0.995, 1.005, 1.0]
CONTENDERS = ("flask-gunicorn", "quart-hypercorn")


class History:
    """Runs in a home's database, as shootout writes them."""

    def __init__(self, shootout):
        shootout("report", "last")      # makes the database
        self.shootout = shootout
        self.database = sqlite3.connect(shootout.home / "runs.sqlite")
        self.count = 0

    def add(self, durations, suite="tiny", state="finished", machine=MACHINE, suite_text=SUITE, workers="4", **plan):
        """`durations`: a contender's seconds in each replicate of `clients wide`."""
        self.count += 1
        run = f"2026-11-{self.count:02}-120000-{suite}-{self.count:04x}"
        plan = {"shootout": "0.1.0", "contenders": list(durations), "scenarios": ["wide"], "loads": ["clients"],
                "trials": sum(map(len, durations.values())), "services": {"upstream": "native"}, "baseline": ""} | plan
        about = {name: {"title": name, "parameters": {"workers": workers}, "packages": {"flask": "3.1.3"}} for name in durations}
        self.database.execute("INSERT INTO runs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                              (run, suite, "quick", str(self.count), f"2026-11-{self.count:02}T12:00:00Z", "", state, suite_text,
                               json.dumps(plan), json.dumps(machine), json.dumps(about)))
        number = 0
        for contender, seconds in durations.items():
            for replicate, duration in enumerate(seconds, 1):
                number += 1
                metrics = {"duration_s": duration, "requests_per_second": 20 / duration, "cpu_us_per_request": 1000, "pss_bytes": 1e8}
                columns = {"run_id": run, "number": number, "attempt": 1, "contender": contender, "scenario": "wide", "load": "clients",
                           "replicate": replicate, "block": 1, "position": 1, "started_at": "2026-11-22T12:00:00Z", "valid": 1,
                           "reasons": "[]", "metrics": json.dumps(metrics), "load_result": "{}", "observed": "{}", "log_file": "",
                           "gates": "[]", "run_s": number}
                self.database.execute(f"INSERT INTO trials ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})",
                                      tuple(columns.values()))
        self.database.commit()
        logs = self.shootout.home / "runs" / run / "logs"
        logs.mkdir(parents=True)
        (logs / "server.log").write_text("a line\n")
        return run

    def both(self, flask=1.0, quart=1.0, scatter=SCATTER, **more):
        return self.add({name: [factor * value for value in scatter] for name, factor in zip(CONTENDERS, (flask, quart))}, **more)


@pytest.fixture
def history(shootout):
    return History(shootout)


def compared(shootout, *arguments, code=0):
    done = shootout("compare", *arguments, "--json")
    assert done.returncode == code, done.stderr
    document = json.loads(done.stdout)
    jsonschema.validate(document, json.loads((ROOT / "schemas" / "shootout.compare-1.schema.json").read_text()))
    return document


def test_what_changed_is_told_with_its_interval(shootout, history):
    before, after = history.both(), history.both(quart=2.0)
    document = compared(shootout, before, after)
    assert document["a"]["id"] == before and document["b"]["id"] == after
    assert document["a"]["machine_fingerprint"] == document["b"]["machine_fingerprint"]
    assert document["differences"] == []
    changes = {(c["contender"], c["metric"]): c for c in document["changes"]}
    assert set(changes) == {(name, metric) for name in CONTENDERS for metric in ("duration_s", "cpu_us_per_request", "pss_bytes")}
    slower = changes["quart-hypercorn", "duration_s"]
    assert slower["verdict"] == "worse" and slower["decides"] and slower["n"] == 6
    assert math.isclose(slower["ratio"], 0.5, rel_tol=1e-9)
    assert 0.45 < slower["low"] < 0.5 < slower["high"] < 0.55
    assert changes["flask-gunicorn", "duration_s"]["verdict"] == "equivalent"
    # The other way round it is better by as much.
    back = {(c["contender"], c["metric"]): c for c in compared(shootout, after, before)["changes"]}
    assert math.isclose(back["quart-hypercorn", "duration_s"]["ratio"], 2, rel_tol=1e-9)
    assert back["quart-hypercorn", "duration_s"]["verdict"] == "better"


def test_as_text_and_markdown(shootout, history):
    before, after = history.both(), history.both(quart=2.0, machine=MACHINE | {"kernel": "Linux 6.8"})
    text = shootout("compare", before, "last")
    assert text.returncode == 0, text.stderr
    assert "worse" in text.stdout and "Linux 6.1 -> Linux 6.8" in text.stdout and "not measured in turns" in text.stdout
    assert max(map(len, text.stdout.splitlines())) <= 80
    markdown = shootout("compare", before, after, "--format", "md")
    assert "| Contender |" in markdown.stdout and "**worse**" in markdown.stdout


@pytest.mark.parametrize(("condition", "code", "result"), [
    ("duration worse than 50%", 99, "holds"),
    ("quart-hypercorn:duration worse than 50%", 99, "holds"),
    ("flask-gunicorn:duration worse than 50%", 0, "does not hold"),
    ("duration worse than 50% && cpu worse than 5%", 0, "does not hold"),
    ("duration worse than 100%", 0, "cannot tell"),
    ("p99 worse than 5%", 0, "cannot tell"),
    ("throughput worse than 40% || memory worse than 1%", 99, "holds"),
])
def test_a_condition_fails_only_where_it_surely_holds(shootout, history, condition, code, result):
    before, after = history.both(), history.both(quart=2.0)
    (told,) = compared(shootout, before, after, "--fail-if", condition, code=code)["conditions"]
    assert told["condition"] == condition and told["result"] == result
    assert bool(told["because"]) == (result != "does not hold")
    done = shootout("compare", before, after, "--fail-if", condition)
    assert done.returncode == code
    assert ("--fail-if" in done.stderr) == (code == 99)
    if result == "cannot tell":
        assert "cannot tell: " + condition.split()[0] + " of " in " ".join(done.stdout.split())


def test_wide_intervals_cannot_tell(shootout, history):
    scatter = [0.6, 1.4, 0.8, 1.3, 0.7, 1.2]
    before, after = history.both(scatter=scatter), history.both(flask=1.05, scatter=scatter)
    (told,) = compared(shootout, before, after, "--fail-if", "flask-gunicorn:duration worse than 5%")["conditions"]
    assert told["result"] == "cannot tell"
    assert told["because"][0].startswith("duration of flask-gunicorn, clients wide: 0.952x [")


def test_several_conditions_are_all_told(shootout, history):
    before, after = history.both(), history.both(quart=2.0)
    told = compared(shootout, before, after, "--fail-if", "cpu worse than 5%", "--fail-if", "duration worse than 5%", code=99)["conditions"]
    assert [one["result"] for one in told] == ["does not hold", "holds"]


@pytest.mark.parametrize(("condition", "says"), [
    ("p99 > 50ms", "shootout load --fail-if"),
    ("p99 worse than 5", "a % must stand here"),
    ("errors worse than 5%", "not compared by 'errors'"),
    ("flask:p99 worse than 5%", "flask"),
])
def test_a_wrong_condition_is_wrong_usage(shootout, history, condition, says):
    done = shootout("compare", history.both(), history.both(), "--fail-if", condition)
    assert done.returncode == 2
    assert says in done.stderr and done.stdout == ""


def test_a_load_refuses_a_comparison_of_runs(shootout):
    done = shootout("load", "http://127.0.0.1:9/", "--fail-if", "p99 worse than 5%")
    assert done.returncode == 2 and "shootout compare" in done.stderr


def test_differences_are_named_and_strict_refuses_them(shootout, history):
    before = history.both(pinning={"generator": [1], "note": "words"})
    after = history.both(machine=MACHINE | {"cores": 4}, workers="2", suite_text=SUITE + "# changed\n", pinning={"generator": [0]})
    differences = {(d["kind"], d["what"]): (d["a"], d["b"]) for d in compared(shootout, before, after)["differences"]}
    assert differences[("machine", "cores")] == ("2", "4")
    assert differences[("settings", "flask-gunicorn: workers")] == ("4", "2")
    assert differences[("settings", "pinning generator")] == ("[1]", "[0]")
    assert ("settings", "the suite's file") in differences
    done = shootout("compare", before, after, "--strict")
    assert done.returncode == 4 and done.stdout == ""
    for what in ("cores: 2 -> 4", "flask-gunicorn: workers: 4 -> 2", "the suite's file"):
        assert what in done.stderr
    assert shootout("compare", before, history.both(pinning={"generator": [1]}), "--strict").returncode == 0


def test_what_only_one_run_measured_is_no_reason_to_refuse(shootout, history):
    before, after = history.both(), history.add({"flask-gunicorn": SCATTER})
    document = compared(shootout, before, after, "--strict")
    assert document["differences"] == [{"kind": "measured", "what": "contender quart-hypercorn", "a": "measured", "b": "none"}]
    assert {change["contender"] for change in document["changes"]} == {"flask-gunicorn"}


def test_what_cannot_be_compared_is_wrong_usage(shootout, history):
    before, other = history.both(), history.both(suite="other")
    done = shootout("compare", before, other)
    assert done.returncode == 2 and "tiny" in done.stderr and "other" in done.stderr
    assert shootout("compare", before, before).returncode == 2
    assert "there is no run" in shootout("compare", before, "nonsense").stderr


def test_few_replicates_decide_nothing(shootout, history):
    before, after = history.both(scatter=SCATTER[:3]), history.both(flask=2.0, scatter=SCATTER[:3])
    changes = compared(shootout, before, after)["changes"]
    assert {change["verdict"] for change in changes} == {"inconclusive"}
    assert all("3 replicates" in change["note"] for change in changes)
    single = compared(shootout, before, history.both(scatter=[1.0]))["changes"]
    assert all("low" not in change and change["n"] == 1 for change in single)


def test_a_run_that_was_cut_off_is_told(shootout, history):
    before, after = history.both(), history.both(state="interrupted", trials=40)
    assert any("RUN_B is not finished: 12 of 40" in warning for warning in compared(shootout, before, after)["warnings"])


def test_the_history_shows_what_can_be_compared(shootout, history):
    history.both()
    history.both(suite="other", machine=MACHINE | {"cores": 4})
    history.add({"flask-gunicorn": SCATTER})
    runs = json.loads(shootout("list", "runs", "--json").stdout)["runs"]
    assert [run["contenders"] for run in runs] == ["1", "2", "2"]
    assert runs[0]["machine"] == runs[2]["machine"] != runs[1]["machine"]
    assert all(run["profile"] == "quick" for run in runs)
    tiny = json.loads(shootout("list", "runs", "--suite", "tiny", "--json").stdout)["runs"]
    assert [run["run"] for run in tiny] == [runs[0]["run"], runs[2]["run"]]
    assert shootout("list", "contenders", "--suite", "tiny").returncode == 2


def test_runs_are_removed_with_their_logs(shootout, history):
    first, second, third = history.both(), history.both(), history.both()
    done = shootout("clean", "--run", "last", "--run", first[:10], "--run", third)
    assert done.returncode == 0, done.stderr
    assert sorted(done.stdout.splitlines()) == [f"removed run {first}", f"removed run {third}"]
    assert [run["run"] for run in json.loads(shootout("list", "runs", "--json").stdout)["runs"]] == [second]
    assert [folder.name for folder in (shootout.home / "runs").iterdir()] == [second]
    trials = sqlite3.connect(shootout.home / "runs.sqlite").execute("SELECT DISTINCT run_id FROM trials").fetchall()
    assert trials == [(second,)]


def test_nothing_is_removed_where_one_name_is_wrong(shootout, history):
    run = history.both()
    assert shootout("clean", "--run", run, "--run", "nonsense").returncode == 2
    assert shootout("clean", "tiny", "--run", run).returncode == 2
    assert (shootout.home / "runs" / run / "logs" / "server.log").exists()
    assert len(json.loads(shootout("list", "runs", "--json").stdout)["runs"]) == 1


def test_a_run_that_is_being_measured_is_not_removed(shootout, history):
    running, finished = history.both(state="running"), history.both()
    shootout("clean", "--run", "nonsense")      # makes the lock's file where there is none
    with open("/tmp/shootout-machine.lock", "r+b") as lock:
        # As a shootout that measures holds it (F_OFD_SETLK).
        try:
            fcntl.fcntl(lock, 37, struct.pack("hhqqi", fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0))
        except OSError:
            pytest.skip("a shootout measures on this machine right now")
        done = shootout("clean", "--run", running)
        assert done.returncode == 5 and running in done.stderr
        assert shootout("clean", "--run", finished).returncode == 0
    # Nobody measures: it was cut off.
    assert shootout("clean", "--run", running).returncode == 0
