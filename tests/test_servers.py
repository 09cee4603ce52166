"""The suite `servers`: its contenders, those of several programs above all, and who dies in the middle of a trial."""

import json
import os
import pathlib
import re
import signal
import time
import urllib.error
import urllib.request

import pytest

from conftest import ROOT

CONTENDERS = ["gunicorn-sync", "gunicorn", "uvicorn-asgiref", "uvicorn-a2wsgi", "bjoern", "bjoern-prefork", "nginx-gunicorn",
              "nginx-bjoern", "fastapi-uvicorn", "granian"]


def table_of_processes():
    """Of this machine by id: the parent's id, and the command line."""
    table = {}
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                state, parent = (entry / "stat").read_text().rpartition(")")[2].split()[:2]
                if state != "Z":
                    table[int(entry.name)] = int(parent), (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode().strip()
            except OSError:
                pass
    return table


def family(root):
    """The process and all below it. Nginx covers its environment with its title: it is found by its parents alone."""
    table = table_of_processes()
    found = {root: table[root][1]} if root in table else {}
    while more := {pid: command for pid, (parent, command) in table.items() if parent in found and pid not in found}:
        found |= more
    return found


def listeners(pids):
    """The ports that these processes listen on."""
    inodes = set()
    for pid in pids:
        for link in pathlib.Path(f"/proc/{pid}/fd").glob("*"):
            try:
                inodes |= set(re.findall(r"socket:\[(\d+)\]", os.readlink(link)))
            except OSError:
                pass
    lines = [line.split() for line in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return {int(fields[1].split(":")[1], 16) for fields in lines if fields[3] == "0A" and fields[9] in inodes}


def set_folders():
    return set(pathlib.Path("/var/tmp").glob("shootout-*"))


@pytest.fixture
def tidy(shootout):
    """Nothing is left of whatever the test has noted with it: no process, no listener, no folder."""
    folders = set_folders()
    seen, ports = {}, set()

    def note():
        now = {}
        for guardian in shootout.processes_named("__guardian"):
            now |= {pid: command for pid, command in family(guardian).items()}
        seen.update(now)
        ports.update(listeners(now))
        return now

    yield note
    assert seen
    shootout.wait_until_nothing_is_left()
    left = [(pid, command) for pid, (_, command) in table_of_processes().items() if seen.get(pid) == command]
    for pid, _ in left:
        os.kill(pid, signal.SIGKILL)
    assert not left
    taken = pathlib.Path("/proc/net/tcp").read_text()
    assert ports and not [port for port in ports if re.search(rf":{port:04X} \S+ 0A ", taken)]
    assert set_folders() <= folders


@pytest.fixture
def loose(tmp_path):
    """The suite with few connections, and gates that do not ask for a quiet machine: what is tested here is something else."""
    text = (ROOT / "suites" / "servers.yaml").read_text()
    gates = ("gates: {ceiling: 0, generator_cpu: 100%, generator_wait: 90%, others_cpu: 1000%, steal: 90%, io_pressure: 100%, "
             "memory_pressure: 90%, littles_law: 90%, errors: 90%, frequency_change: 100%}\n")
    for old, new in (("suite: servers\n", "suite: loose\n"), ("connections: 1000\n", "connections: 20\n"), ("window: 1\n", "window: 3\n"),
                     ("replicates: 6\n    blocks: 1\n", "replicates: 6\n    blocks: 3\n"), ("\nprofiles:\n", f"\n{gates}\nprofiles:\n")):
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    folder = tmp_path / "suites"
    folder.mkdir()
    (folder / "loose.yaml").write_text(text)
    return ["loose", "--suites-dir", folder, "--loads", "moderate", "--repeat", "1"]


def test_every_contender_answers_rightly(shootout):
    folders = set_folders()
    done = shootout("check", "servers", timeout=900)
    assert done.returncode == 0, done.stderr
    assert re.findall(r"^(\S+): ok", done.stdout, re.M) == CONTENDERS
    shootout.wait_until_nothing_is_left()
    assert set_folders() <= folders


def start_measuring(shootout, loose, contender):
    """A run that is in the middle of a trial: one is finished, and the next one's window of 3 s has begun."""
    process = shootout.start("run", *loose, "--contenders", contender)
    try:
        shootout.wait_for(lambda: shootout.finished_trials() >= 1, seconds=180)
    except AssertionError:
        process.kill()
        raise AssertionError(process.communicate()) from None
    time.sleep(1.5)
    return process


@pytest.mark.parametrize("contender, kills, ended", [
    ("bjoern-prefork", "python serve.py", "python serve.py"),
    ("nginx-bjoern", "python serve.py", "python serve.py"),
    ("nginx-bjoern", "nginx: worker", "nginx: worker process"),
    ("nginx-bjoern", "nginx: master", "nginx: master process nginx"),
    ("nginx-gunicorn", "nginx: master", "nginx: master process nginx"),
    ("nginx-gunicorn", "gunicorn --bind", "gunicorn --bind"),
    ("gunicorn", "gunicorn --bind", "gunicorn --bind"),
])
def test_who_dies_in_a_trial_is_counted_and_named_and_the_run_goes_on(shootout, loose, tidy, contender, kills, ended):
    process = start_measuring(shootout, loose, contender)
    before = tidy()
    victims = [pid for pid, command in before.items() if re.sub(r"\S*/", "", command).find(kills) >= 0]
    victim = max(victims)       # of Gunicorn a worker: they come after their arbiter
    os.kill(victim, signal.SIGKILL)
    _, err = process.communicate(timeout=240)
    assert process.returncode == 0, err

    report = shootout.report()
    last = {trial["number"]: trial for trial in report["trials"]}
    assert sorted(last) == [1, 2, 3] and all(trial["valid"] for trial in last.values())
    (void,) = [trial for trial in report["trials"] if not trial["valid"]]
    reasons = " ".join(void["reasons"])
    assert re.search(rf"ended during the trial: .*{re.escape(ended)}.*\(process {victim}\)", reasons), reasons
    assert "appeared during the trial" in reasons
    (log,) = shootout.home.glob(f"runs/*/logs/*-{contender}.log")
    if kills == "python serve.py" or "master" in kills:
        assert re.search(rf"shootout: \S+ \(process {victim}\) has ended after [\d.]+ s: signal 9 \(Killed\); it is started again",
                         log.read_text())


def test_everything_goes_with_shootout_and_with_its_guardian(shootout, loose, tidy):
    for who in ("run", "__guardian"):
        process = start_measuring(shootout, loose, "nginx-bjoern")
        processes = tidy()
        assert any(command.startswith("nginx: worker") for command in processes.values())
        os.kill(process.pid if who == "run" else shootout.processes_named(who)[0], signal.SIGKILL)
        process.communicate(timeout=60)
        shootout.wait_until_nothing_is_left(5)
        # Nginx does not show whose it is.
        shootout.wait_for(lambda: not [pid for pid, (_, command) in table_of_processes().items() if processes.get(pid) == command], 5)


def test_idle_programs_stand_still_and_wake_as_they_were(shootout, loose, tidy):
    process = shootout.start("run", *loose, "--contenders", "nginx-bjoern,nginx-gunicorn,bjoern-prefork")

    def all_of_one_stand_still():
        for pid, command in shootout.leftovers().items():
            states = [pathlib.Path(f"/proc/{member}/stat").read_text().rpartition(")")[2].split()[0] for member in family(pid)]
            if "__manager" in command and len(states) >= 5 and set(states) == {"T"}:
                return True
        return False

    try:
        shootout.wait_for(all_of_one_stand_still, seconds=120)
    finally:
        tidy()
        _, err = process.communicate(timeout=300)
    assert process.returncode == 0, err
    report = shootout.report()
    assert not [trial["reasons"] for trial in report["trials"] if not trial["valid"]]
    assert "its processes are not those that were frozen" not in err
    ledger = {line["what"]: line["by_contender"] for line in report["ledger"]}
    assert ledger["Backlog"] == {"nginx-bjoern": "511", "nginx-gunicorn": "511", "bjoern-prefork": "1024"}
    assert report["contenders"]["nginx-bjoern"]["programs"]["bjoern"]["command"] == ["python", "serve.py", "127.0.0.1", "BACKEND_PORT", "1024"]
    assert report["contenders"]["nginx-bjoern"]["programs"]["bjoern"]["processes"] == 4


def get(url):
    with urllib.request.urlopen(url, timeout=10) as answer:
        return answer.status, json.load(answer)


def test_those_with_the_same_port_are_told_to_be_named(shootout):
    for command in (["up", "servers"], ["run", "servers", "--ports", "own", "--repeat", "1"]):
        done = shootout(*command, timeout=600)
        assert done.returncode == 2, done.stderr
        assert "port 8000" in done.stderr and "--contenders" in done.stderr
    shootout.wait_until_nothing_is_left()


def test_one_of_them_is_kept_up_on_the_ports_that_are_its_own(shootout):
    up = shootout("up", "servers", "--contenders", "nginx-bjoern", timeout=600)
    assert up.returncode == 0, up.stderr
    try:
        assert get("http://127.0.0.1:8000/api/v2/49151") == (200, {"msisdn": "49151", "status": "ok"})
        for port in (8001, 8002, 8003, 8004):
            assert get(f"http://127.0.0.1:{port}/api/v2/7") == (200, {"msisdn": "7", "status": "ok"})
        (server,) = json.loads(shootout("status", "servers", "--json").stdout)["servers"]
        assert server["state"] == "healthy"
        assert shootout("restart", "servers", "nginx-bjoern").returncode == 0
        assert get("http://127.0.0.1:8000/api/v2/49151")[0] == 200
    finally:
        assert shootout("down", "servers").returncode == 0
    shootout.wait_until_nothing_is_left()
    with pytest.raises(urllib.error.URLError):
        get("http://127.0.0.1:8000/api/v2/49151")
