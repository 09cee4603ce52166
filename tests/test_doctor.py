"""`doctor`, as a person and as a script see it: what it looks at, what it calls wrong, and its exit code."""

import json
import os
import resource
import socket
import subprocess
import sys

NAMES = {"python", "home", "cache", "memory", "cores", "smt", "governor", "load", "noise", "ports", "open files",
         "sockets", "docker"}  # what every machine tells


def checks_of(result):
    document = json.loads(result.stdout)
    assert document["schema"] == "shootout.doctor/1"
    return {check["name"]: check for check in document["checks"]}


def test_it_looks_at_everything_and_gives_a_remedy_for_what_is_not_right(shootout):
    result = shootout("doctor", "--json")
    assert result.returncode == 0, result.stdout + result.stderr
    checks = checks_of(result)
    assert NAMES <= checks.keys()
    for check in checks.values():
        assert check["state"] in ("ok", "warning"), check
        assert bool(check["remedy"]) == (check["state"] != "ok"), check
    assert len(json.loads(result.stdout)["machine"]["cores_allowed"]) == len(os.sched_getaffinity(0))


def test_what_is_wrong_ends_with_5(shootout, tmp_path):
    result = shootout("doctor", SHOOTOUT_HOME="/proc/nowhere", PATH=str(tmp_path))
    assert result.returncode == 5
    wrong = [line.split()[1] for line in result.stdout.splitlines() if line.startswith("wrong ")]
    assert wrong == ["python", "home"]
    assert "Nothing can be measured here: 2 of" in result.stdout


def test_a_low_limit_of_open_files_is_told_with_its_remedy(shootout):
    def lower():
        resource.setrlimit(resource.RLIMIT_NOFILE, (256, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))

    result = subprocess.run(shootout.command("doctor", "--json"), env=shootout.environment(), capture_output=True,
                            text=True, timeout=60, preexec_fn=lower)
    check = checks_of(result)["open files"]
    assert check["state"] == "warning"
    assert check["remedy"].startswith("ulimit -n ")


def test_an_engine_of_docker_is_found_by_its_socket(shootout, tmp_path):
    path = tmp_path / "docker.sock"
    with socket.socket(socket.AF_UNIX) as engine:
        engine.bind(str(path))
        look = lambda: checks_of(shootout("doctor", "--json", DOCKER_HOST=f"unix://{path}"))["docker"]
        assert "does not answer" in look()["fact"]
        engine.listen()
        check = look()
        assert check["fact"] == f"{path} answers"
        assert check["state"] == "ok"


def test_a_noisy_neighbour_is_named(shootout):
    neighbour = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        check = checks_of(shootout("doctor", "--json"))["load"]
    finally:
        neighbour.kill()
        neighbour.wait()
    assert check["state"] == "warning"
    assert "the busiest is process" in check["remedy"]
