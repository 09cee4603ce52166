"""`up` and the commands that look at what it keeps."""

import csv
import json
import subprocess
import time
import urllib.error
import urllib.request

import pytest


def get(url, timeout=30):
    started = time.monotonic()
    try:
        with urllib.request.urlopen(url, timeout=timeout) as answer:
            return answer.status, json.load(answer), time.monotonic() - started
    except urllib.error.HTTPError as error:
        return error.code, json.load(error), time.monotonic() - started


@pytest.fixture
def standing(shootout):
    up = shootout("up", "io")
    assert up.returncode == 0, up.stderr
    yield shootout
    assert shootout("down", "io").returncode == 0
    shootout.wait_until_nothing_is_left()
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen("http://127.0.0.1:8002/health", timeout=2)


def test_the_servers_answer_by_hand(standing):
    flask = "http://127.0.0.1:8002/benchmark/flask-io-test"
    quart = "http://127.0.0.1:8003/benchmark/quart-io-test"
    for port in (8001, 8002, 8003):
        assert get(f"http://127.0.0.1:{port}/health")[0] == 200
    status, answer, took = get(f"{flask}?delay=1.0&concurrent=10")
    assert status == 200 and took >= 10 and answer["results"] == {"successful": 10, "failed": 0, "total": 10}
    status, answer, took = get(f"{quart}?delay=1.0&concurrent=10")
    assert status == 200 and took >= 1 and answer["results"] == {"successful": 10, "failed": 0, "total": 10}
    assert answer["timing"]["total_duration"] < 10
    for url in (flask, quart):
        for query in ("delay=99", "concurrent=0", "delay=abc", "concurrent=101", "delay=nan"):
            status, answer, _ = get(f"{url}?{query}")
            assert status == 400 and answer, query


def test_the_commands_that_look_at_it(standing):
    status = standing("status", "io")
    assert status.returncode == 0 and status.stdout.count("healthy") == 3
    servers = {server["name"]: server for server in json.loads(standing("status", "io", "--json").stdout)["servers"]}
    assert set(servers) == {"upstream", "flask-gunicorn", "quart-hypercorn"}

    again = standing("up", "io")
    assert again.returncode == 0 and "already up" in again.stdout

    stats = standing("stats", "io", "--count", "1", "--interval", "0.2")
    assert stats.returncode == 0 and "flask-gunicorn" in stats.stdout
    file = standing.home / "stats.csv"
    assert standing("stats", "io", "--csv", file, "--count", "3", "--interval", "0.2").returncode == 0
    rows = list(csv.DictReader(file.open()))
    assert len(rows) == 9

    logs = standing("logs", "io", "flask-gunicorn")
    assert "Listening at" in logs.stdout
    follow = standing.start("logs", "io", "-f")
    time.sleep(0.5)
    follow.terminate()
    out, _ = follow.communicate(timeout=10)
    assert follow.returncode == 143 and "flask-gunicorn | " in out

    restarted = standing("restart", "io", "flask-gunicorn")
    assert restarted.returncode == 0, restarted.stderr
    after = {server["name"]: server for server in json.loads(standing("status", "io", "--json").stdout)["servers"]}
    assert after["flask-gunicorn"]["pid"] != servers["flask-gunicorn"]["pid"]
    assert after["quart-hypercorn"]["pid"] == servers["quart-hypercorn"]["pid"]

    wrong = standing("restart", "io", "flask-gunicron")
    assert wrong.returncode == 2 and "did you mean 'flask-gunicorn'" in wrong.stderr


def test_nothing_up(shootout):
    for command in ("status", "logs", "stats", "restart"):
        done = shootout(command, "io")
        assert done.returncode == 5 and "shootout up io" in done.stderr
    assert shootout("down", "io").returncode == 0


def test_a_taken_port_names_its_holder(shootout):
    with subprocess.Popen(["python3", "-m", "http.server", "8003", "--bind", "127.0.0.1"], stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL) as holder:
        try:
            time.sleep(0.5)
            done = shootout("up", "io")
            assert done.returncode == 5
            assert "8003" in done.stderr and str(holder.pid) in done.stderr and "python3" in done.stderr
            shootout.wait_until_nothing_is_left()
        finally:
            holder.kill()
