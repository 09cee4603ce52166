"""`run` on the real servers: the result, its proofs, and what is left."""

import csv
import io
import json

import jsonschema

from conftest import ROOT, TINY


def by(report, **wanted):
    return [trial for trial in report["trials"] if all(trial[key] == value for key, value in wanted.items())]


def test_a_run_measures_stores_and_reports(shootout):
    done = shootout.tiny("run", "--seed", "7")
    assert done.returncode == 0, done.stderr
    assert "Flask/Gunicorn" in done.stdout and "Quart/Hypercorn" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert "\x1b" not in done.stdout
    assert done.stderr == ""          # no progress where stderr is no terminal
    shootout.wait_until_nothing_is_left()

    report = shootout.report()
    jsonschema.validate(report, json.loads((ROOT / "schemas" / "shootout.run-1.schema.json").read_text()))
    # Where the machine was not quiet a trial is repeated; its last attempt counts.
    attempts = len(report["trials"])
    report["trials"] = list({trial["number"]: trial for trial in report["trials"]}.values())
    assert len(report["trials"]) == 2 * 3 * 2
    assert all(trial["valid"] for trial in report["trials"])
    for trial in report["trials"]:
        assert trial["metrics"]["upstream_calls"] == trial["metrics"]["upstream_calls_claimed"]
        assert trial["metrics"]["success_rate"] == 1
        assert trial["metrics"]["pss_bytes"] > 1e6
        assert trial["metrics"]["cpu_user_s"] + trial["metrics"]["cpu_system_s"] > 0

    # 20 clients of 0.5 s on 8 slots: at least three rounds, and as many as the fullest worker's share makes.
    for trial in by(report, contender="flask-gunicorn", load="clients", scenario="wide"):
        assert trial["metrics"]["duration_s"] >= 1.5
        assert trial["metrics"]["upstream_peak"] <= 8
        fullest = trial["metrics"]["fullest_worker_share"] * 20
        assert trial["metrics"]["duration_s"] >= 0.5 * (fullest // 2)
        assert 1 <= trial["metrics"]["workers_serving"] <= 4
    for trial in by(report, contender="quart-hypercorn", load="clients", scenario="wide"):
        assert trial["metrics"]["upstream_peak"] == 20
    for trial in by(report, contender="flask-gunicorn", load="internal"):
        assert trial["metrics"]["upstream_peak"] == 1
        assert trial["metrics"]["duration_s"] >= 0.8
    for trial in by(report, contender="quart-hypercorn", load="internal"):
        assert trial["metrics"]["upstream_peak"] == 4
    assert "slot" in done.stdout

    verdicts = {(v["load"], v["scenario"]): v for v in report["verdicts"] if v["contender"] == "quart-hypercorn"}
    assert set(verdicts) == {("clients", "small"), ("clients", "wide"), ("internal", "small")}
    assert verdicts["internal", "small"]["ratio"] > 1.5
    assert verdicts["internal", "small"]["low"] < verdicts["internal", "small"]["ratio"] < verdicts["internal", "small"]["high"]
    assert {claim["says"] for claim in report["claims"]} == {"Four calls: ~4x", "At most 8 at once"}

    # The order: the two contenders change places in every second block of a cell.
    first = [by(report, load="clients", scenario="wide", replicate=r, position=1)[0]["contender"] for r in (1, 2)]
    assert sorted(first) == ["flask-gunicorn", "quart-hypercorn"]

    # The same content in the other formats.
    rows = list(csv.DictReader(io.StringIO(shootout("report", "last", "--format", "csv").stdout)))
    assert len(rows) == attempts
    assert float(rows[0]["duration_s"]) > 0
    markdown = shootout("report", "last", "--format", "md").stdout
    assert "| Metric |" in markdown or "| Metric" in markdown
    output = shootout.home / "report.md"
    assert shootout("report", report["id"][:20], "--format", "md", "--output", output).returncode == 0
    assert output.read_text() == markdown


def test_the_same_seed_gives_the_same_order(shootout):
    orders = []
    for _ in range(2):
        done = shootout.tiny("run", "--seed", "11", "--repeat", "1", "--loads", "internal", "--json")
        assert done.returncode == 0, done.stderr
        orders.append([trial["contender"] for trial in json.loads(done.stdout)["trials"]])
    assert orders[0] == orders[1]


def test_the_development_servers_and_the_other_simulator(shootout):
    done = shootout.tiny("run", "--contenders", "flask-dev,quart-dev", "--set", "upstream=fastapi", "--repeat", "1",
                         "--scenarios", "small", "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert {trial["contender"] for trial in report["trials"]} == {"flask-dev", "quart-dev"}
    assert "upstream-fastapi" in report["contenders"]
    assert all(trial["metrics"]["upstream_calls"] == trial["metrics"]["upstream_calls_claimed"] for trial in report["trials"])
    # One repetition has no interval, and no verdict.
    assert all(verdict["verdict"] == "inconclusive" and "low" not in verdict for verdict in report["verdicts"])


def test_an_override_reaches_the_server_and_the_ledger(shootout):
    done = shootout.tiny("run", "--contenders", "flask-gunicorn", "--set", "flask-gunicorn.workers=2", "--repeat", "1",
                         "--loads", "clients", "--scenarios", "wide", "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    (trial,) = report["trials"]
    assert trial["metrics"]["upstream_peak"] <= 4
    assert trial["metrics"]["duration_s"] >= 2.5
    assert report["contenders"]["flask-gunicorn"]["overrides"] == {"workers": "2"}
    assert any("overr" in line["what"].lower() and "workers" in json.dumps(line) for line in report["ledger"]), report["ledger"]


def test_a_contender_that_lies_under_load_fails_the_run(shootout):
    done = shootout.tiny("run", "--contenders", "liar", "--repeat", "1", "--loads", "clients")
    assert done.returncode == 3, done.stderr
    assert "liar" in done.stderr and "upstream counted 0" in done.stderr
    shootout.wait_until_nothing_is_left()


def test_dry_run_starts_nothing(shootout):
    done = shootout("run", "io", "--dry-run")
    assert done.returncode == 0
    assert "takes" in done.stdout and "3" in done.stdout
    assert not (shootout.home / "runs.sqlite").exists()


def test_a_url_that_somebody_else_serves_is_a_contender(shootout, tmp_path):
    folder = tmp_path / "contenders" / "elsewhere"
    folder.mkdir(parents=True)
    up = shootout("up", "tiny", *TINY, "--contenders", "flask-gunicorn")
    assert up.returncode == 0, up.stderr
    try:
        (folder / "contender.yaml").write_text(
            "title: Somebody else's\nurl: http://127.0.0.1:8002\npaths: {io-test: /benchmark/flask-io-test}\n")
        done = shootout("check", "tiny", *TINY, "--contenders-dir", tmp_path / "contenders", "--contenders", "elsewhere")
        assert done.returncode == 0, done.stderr
        assert "elsewhere: ok" in done.stdout
        done = shootout("run", "tiny", *TINY, "--contenders-dir", tmp_path / "contenders", "--contenders", "elsewhere",
                        "--repeat", "1", "--loads", "internal", "--json")
        assert done.returncode == 0, done.stderr
        (trial,) = json.loads(done.stdout)["trials"]
        assert trial["metrics"]["duration_s"] >= 0.8 and "cpu_percent" not in trial["metrics"]
    finally:
        assert shootout("down", "tiny").returncode == 0
