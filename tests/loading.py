"""`shootout load` called, and what must hold of every document that it prints."""

import json
import os
import pathlib
import subprocess

import pytest

PROGRAM = os.environ.get("SHOOTOUT", str(pathlib.Path(__file__).parents[1] / "build" / "shootout"))
ERRORS = ["resolve", "connect", "tls", "write", "read", "reset", "closed", "timeout", "protocol", "status", "check"]


def shootout_load(url, *options):
    """The ended process."""
    return subprocess.run(
        [PROGRAM, "load", url, *map(str, options)], capture_output=True, text=True, timeout=120, check=False
    )


def load(url, *options, code=0):
    """The JSON document of a load, with what must hold of every one.

    Where other work kept an open loop late, the load rightly says that it is not valid; its counts hold all the same.
    """
    done = shootout_load(url, "--json", *options)
    assert done.stdout, done.stderr
    document = json.loads(done.stdout)
    late = [reason for reason in document["reasons"] if reason.startswith("the generator was late")]
    assert done.returncode == code or (done.returncode == 4 and late == document["reasons"]), (done.stderr, document["reasons"])
    assert done.stderr == ""
    check_identities(document)
    return document


def refused(url, *options, code, says):
    """The load is refused before it begins, with a message."""
    done = shootout_load(url, *options)
    assert (done.returncode, done.stdout) == (code, ""), done.stderr
    assert says in done.stderr


def check_identities(document):
    """What requests, errors, statuses and latencies must have to do with each other."""
    requests, errors = document["requests"], document["errors"]
    assert document["schema"] == "shootout.load/1"
    assert document["valid"] == (document["reasons"] == [])
    assert list(errors) == sorted(ERRORS)
    wrong = errors["status"] + errors["check"]
    assert requests["started"] == requests["completed"] + requests["unanswered"] + sum(errors.values()) - wrong
    assert requests["completed"] == requests["succeeded"] + wrong
    if "websocket" in document:
        assert document["websocket"]["messages"] == requests["completed"]
    else:
        assert sum(document["status"].values()) == requests["completed"]
        assert document["first_byte_us"]["count"] == requests["completed"]
    latency = document["latency_us"]
    assert latency["count"] == requests["completed"] + requests["unanswered"] + errors["timeout"]
    if "offered_rps" not in document["generator"]:
        assert document["service_us"] == latency  # in a closed loop nothing waits to be sent
    if latency["count"]:
        quantiles = [latency[q] for q in ("p50", "p75", "p90", "p95", "p99", "p99_9") if q in latency]
        assert [latency["min"], *quantiles, latency["max"]] == sorted([latency["min"], *quantiles, latency["max"]])
    for name, beyond in (("p75", 4), ("p90", 10), ("p95", 20), ("p99", 100), ("p99_9", 1000)):
        assert (name in latency) == (latency["count"] >= 10 * beyond)
    completed_in_window = sum(second["completed"] for second in document["series"])
    if "requests_per_second" in document["throughput"]:
        rate = document["throughput"]["requests_per_second"]
        assert rate * document["duration_s"] == pytest.approx(completed_in_window)
    assert document["generator"].get("littles_law_error", 0) < 0.001


def only_error(document, name, count):
    """No other class of errors occurred."""
    assert {error: n for error, n in document["errors"].items() if n} == {name: count}
