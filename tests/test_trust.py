"""Verdicts that hold up: servers that cheat, a machine that is not quiet, runs that are cut off."""

import json
import os
import re
import resource
import signal
import subprocess
import sys
import time

import jsonschema
import pytest

from conftest import ROOT, TINY


def steady(shootout, contenders, *arguments, **extra):
    return shootout("run", "steady", *TINY, "--contenders", contenders, *arguments, **extra)


def reasons_of(report):
    return [reason for trial in report["trials"] for reason in trial["reasons"]]


def test_a_steady_load_is_many_short_trials_on_fresh_starts(shootout):
    done = steady(shootout, "honest", "--loads", "closed", "--repeat", "2", "--seed", "5")
    assert done.returncode == 0, done.stderr
    report = shootout.report()
    jsonschema.validate(report, json.loads((ROOT / "schemas" / "shootout.run-1.schema.json").read_text()))
    trials = report["trials"]
    # Where the machine was not quiet a trial is repeated; its last attempt counts.
    last = list({trial["number"]: trial for trial in trials}.values())
    assert {(trial["replicate"], trial["block"]) for trial in last} == {(r, b) for r in (1, 2) for b in (1, 2, 3)}
    for trial in last:
        assert trial["valid"], trial["reasons"]
        metrics = trial["metrics"]
        assert metrics["duration_s"] >= 0.3
        assert metrics["requests_per_second"] > 0 and metrics["cpu_us_per_request"] > 0
        assert metrics["ceiling_per_second"] > 0
        figures = {(gate["gate"], gate["figure"]) for gate in trial["gates"]}
        assert ("generator", "generator_cpu_percent") in figures
        assert ("environment", "others_cpu_percent") in figures
        assert all(gate["passed"] for gate in trial["gates"])
    assert [trial["run_s"] for trial in trials] == sorted(trial["run_s"] for trial in trials)


@pytest.mark.parametrize("contender", ["caches", "short-answers", "error-inside"])
def test_a_contender_that_answers_wrongly_ends_the_run(shootout, contender):
    done = steady(shootout, f"honest,{contender}", "--loads", "closed", "--repeat", "2")
    assert done.returncode == 3, done.stderr
    assert contender in done.stderr and ("answers wrongly" in done.stderr or "failed verification" in done.stderr)
    shootout.wait_until_nothing_is_left()


def test_a_contender_that_drops_requests_is_not_ranked(shootout):
    done = steady(shootout, "honest,drops", "--loads", "closed", "--repeat", "1")
    assert done.returncode == 4, done.stderr
    report = shootout.report()
    assert any("closed the connection without an answer" in reason for reason in reasons_of(report)), reasons_of(report)
    assert not [trial for trial in report["trials"] if trial["contender"] == "drops" and trial["valid"]]
    assert [trial for trial in report["trials"] if trial["contender"] == "honest" and trial["valid"]]


def test_a_contender_that_slows_down_has_no_steady_state(shootout):
    done = steady(shootout, "honest,slows", "--loads", "closed", "--profile", "full", "--repeat", "3")
    assert done.returncode == 4, done.stderr
    report = shootout.report()
    verdicts = [v for v in report["verdicts"] if v["contender"] == "slows" and v["metric"] == "requests_per_second"]
    assert verdicts and all(v["verdict"] == "inconclusive" and "no steady state" in v["note"] for v in verdicts)
    assert "no steady state" in done.stdout


def test_an_open_loop_compares_latency_at_a_rate_that_is_carried(shootout):
    done = steady(shootout, "honest", "--loads", "open", "--repeat", "1")
    assert done.returncode == 0, done.stderr
    for trial in shootout.report()["trials"]:
        assert trial["metrics"]["offered_per_second"] > 0
        assert trial["metrics"]["carried_percent"] > 0


def busy_loop():
    process = subprocess.Popen([sys.executable, "-c", "print(1, flush=True)\nwhile True: pass"], stdout=subprocess.PIPE)
    process.stdout.readline()
    return process


def test_a_noisy_neighbour_voids_trials_by_its_name(shootout):
    process = shootout.start("run", "steady", *TINY, "--contenders", "honest", "--loads", "closed", "--repeat", "4",
                             "--seed", "2")
    shootout.wait_for(lambda: shootout.finished_trials() >= 1)
    neighbour = busy_loop()
    try:
        for _ in range(60):
            time.sleep(1)
            if any("other processes" in reason for reason in reasons_of(shootout.report())):
                break
    finally:
        neighbour.kill()
        neighbour.wait()
    process.communicate(timeout=120)
    report = shootout.report()
    named = [reason for reason in reasons_of(report) if "other processes" in reason]
    assert any(f"pid {neighbour.pid}" in reason for reason in named), named
    # Those that could be repeated after it went are valid.
    last = {}
    for trial in report["trials"]:
        last[trial["number"]] = trial["valid"]
    assert sum(last.values()) > len(last) // 2


def steady_suite(folder, name, *changes):
    """A suite of its own name: `steady` with some texts replaced."""
    text = (ROOT / "tests" / "suites" / "steady.yaml").read_text()
    for old, new in (("suite: steady", f"suite: {name}"), *changes):
        assert old in text
        text = text.replace(old, new)
    folder.mkdir()
    (folder / f"{name}.yaml").write_text(text)
    return [name, "--suites-dir", folder, "--contenders-dir", ROOT / "tests" / "contenders"]


def test_a_starved_generator_is_told(shootout, tmp_path):
    cpu = min(os.sched_getaffinity(0))
    strict = steady_suite(tmp_path / "suites", "strict", ("generator_cpu: 100%", "generator_cpu: 80%"))
    done = shootout("run", *strict, "--contenders", "honest", "--loads", "closed", "--repeat", "1", "--pin", f"{cpu}/{cpu}")
    assert done.returncode == 4, done.stderr
    assert any("shares its cores with the servers" in reason for reason in reasons_of(shootout.report()))


def test_too_few_open_files_are_the_reason(shootout, tmp_path):
    many = steady_suite(tmp_path / "suites", "many", ("connections: 8", "connections: 400"))

    def limited():
        resource.setrlimit(resource.RLIMIT_NOFILE, (200, 200))

    done = subprocess.run(
        shootout.command("run", *many, "--contenders", "honest", "--loads", "closed", "--repeat", "1"),
        env=shootout.environment(), capture_output=True, text=True, timeout=120, preexec_fn=limited)
    assert done.returncode == 5, done.stderr
    assert "open files" in done.stderr
    shootout.wait_until_nothing_is_left()


def test_a_steady_run_that_was_killed_goes_on_with_the_same_plan(shootout):
    arguments = ["run", "steady", *TINY, "--contenders", "honest", "--loads", "closed", "--repeat", "3", "--seed", "11"]
    whole = shootout(*arguments)
    assert whole.returncode == 0, whole.stderr
    planned = [(t["number"], t["replicate"], t["block"], t["position"], t["contender"])
               for t in shootout.report()["trials"] if t["attempt"] == 1]

    process = shootout.start(*arguments)
    shootout.wait_for(lambda: 4 <= shootout.finished_trials() < len(planned))
    process.kill()
    process.wait()
    shootout.wait_until_nothing_is_left()
    run = json.loads(shootout("list", "runs", "--json").stdout)["runs"][0]["run"]
    before = shootout.report(run)["trials"]
    done = shootout("run", "--resume", run, *TINY)
    assert done.returncode == 0, done.stderr
    after = shootout.report(run)["trials"]
    assert after[: len(before)] == before
    assert planned == [(t["number"], t["replicate"], t["block"], t["position"], t["contender"])
                       for t in after if t["attempt"] == 1]
    times = [trial["run_s"] for trial in after]
    assert times == sorted(times)


def test_a_resumed_run_keeps_its_plan(shootout):
    done = shootout("run", "--resume", "last", "--budget", "3m")
    assert done.returncode == 2
    assert "--budget" in done.stderr and "--resume" in done.stderr


def test_idle_contenders_are_frozen(shootout):
    process = shootout.start("run", "steady", *TINY, "--contenders", "honest,slows", "--loads", "closed", "--repeat", "1")

    def state(pid):
        try:
            with open(f"/proc/{pid}/stat") as stat:
                return stat.read().rpartition(")")[2].split()[0]
        except OSError:
            return ""

    def one_sleeps_frozen():
        states = [state(pid) for pid, command in shootout.leftovers().items() if "app" in command]
        return "T" in states

    shootout.wait_for(one_sleeps_frozen)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=20)
    shootout.wait_until_nothing_is_left()


def test_a_dry_run_says_how_long_it_takes(shootout):
    done = steady(shootout, "honest", "--loads", "closed", "--precision", "5%", "--budget", "3m", "--dry-run")
    assert done.returncode == 0, done.stderr
    assert "10 or more" in done.stdout and "+-5 %" in done.stdout and "budget" in done.stdout


@pytest.mark.parametrize("arguments, says", [
    (["--precision", "wide"], "--precision wide"),
    (["--budget", "soon"], "--budget soon"),
    (["--budget", "5m", "--repeat", "3"], "--repeat"),
])
def test_goals_that_are_none(shootout, arguments, says):
    done = steady(shootout, "honest", *arguments)
    assert done.returncode == 2
    assert says in done.stderr


def test_fixed_work_knows_no_precision(shootout):
    done = shootout("run", "tiny", *TINY, "--precision", "5%")
    assert done.returncode == 2
    assert "--repeat" in done.stderr


def test_a_budget_ends_the_run_and_says_what_more_would_bring(shootout):
    done = steady(shootout, "honest,honest-again", "--loads", "closed", "--budget", "25s", "--precision", "0.1%")
    assert done.returncode == 0, done.stderr
    report = shootout.report()
    replicates = {trial["replicate"] for trial in report["trials"]}
    assert len(replicates) < 10
    assert "more" in done.stdout
    progress = report["progress"][0]
    assert not progress["precise"] and progress["more_s"] > 0


def test_gunicorn_sleeps_longer_than_its_timeout(shootout):
    """Its arbiter kills workers that were silent for so long; freezing must not look like that."""
    # Two others warm up and are measured meanwhile, which takes longer. Of less than 2 s an idle worker is never sure: it
    # reports once a second.
    done = shootout("run", "health", *TINY, "--contenders", "flask-gunicorn,flask-again,quart-hypercorn", "--loads", "closed",
                    "--set", "flask-gunicorn.timeout=2", "--repeat", "2")
    assert done.returncode == 0, done.stderr
    report = shootout.report()
    assert not [reason for reason in reasons_of(report) if "during the trial" in reason]
    logs = list(shootout.home.glob("runs/*/logs/*flask-gunicorn.log"))
    assert len(logs) == 2
    for log in logs:
        assert "WORKER TIMEOUT" not in log.read_text()


def test_progress_counts_towards_one_total(shootout):
    done = subprocess.run(shootout.command("run", "steady", *TINY, "--contenders", "honest", "--loads", "closed", "--repeat", "2"),
                          env=shootout.environment() | {"CI": "1"}, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    told = [tuple(map(int, found)) for found in re.findall(r"^\[(\d+)/(\d+)\]", done.stderr, re.MULTILINE)]
    assert {number for number, _ in told} == set(range(1, 7))
    assert {total for _, total in told} == {6}


def test_a_selftest_that_is_interrupted_leaves_nothing(shootout):
    process = shootout.start("selftest")
    try:
        shootout.wait_for(lambda: shootout.finished_trials() >= 1)
    finally:
        process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert process.returncode == 130, err
    assert out == ""
    shootout.wait_until_nothing_is_left()
