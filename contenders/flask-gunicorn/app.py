"""The io suite on Flask: the upstream calls of one request are made one after the other."""

import json
import os
import threading
import time

import requests
from flask import Flask, jsonify, request

UPSTREAM_URL = os.environ["UPSTREAM_URL"]
SERVER_TYPE = os.environ["SERVER_TYPE"]
PATIENCE_S = 30  # beyond the delay itself, before a call counts as failed
NOTE = "the upstream calls are made one after the other: each waits for the one before"

app = Flask(__name__)
local = threading.local()


class BadParameter(Exception):
    pass


@app.errorhandler(BadParameter)
def bad_parameter(error):
    message, name = error.args
    return jsonify(error=message, parameter=name), 400


def number(name, read, low, high, default):
    text = request.args.get(name, default)
    try:
        value = read(text)
    except ValueError:
        value = float("nan")
    if not low <= value <= high:
        kind = "a whole number" if read is int else "a number"
        raise BadParameter(f"{name} must be {kind} from {low} to {high}, not '{text}'", name)
    return value


def detail(request_id, started, error=None):
    entry = {"request_id": request_id, "status": "failed" if error else "successful"}
    entry["duration"] = time.perf_counter() - started
    if error:
        entry["error"] = f"{type(error).__name__}: {error}"
    return entry


def check(request_id, status, body):
    if status != 200:
        raise ValueError(f"the upstream answered with status {status}")
    if str(json.loads(body)["request_id"]) != str(request_id):
        raise ValueError("the upstream answered another request")


def report(delay, concurrent, total_duration, details):
    errors = [entry["error"] for entry in details if "error" in entry]
    return {
        "server_type": SERVER_TYPE,
        "test_params": {"delay": delay, "concurrent": concurrent},
        "timing": {
            "total_duration": total_duration,
            "expected_duration_async": delay,
            "expected_duration_sync": delay * concurrent,
            "speedup_factor": delay * concurrent / total_duration,
            "requests_per_second": concurrent / total_duration,
        },
        "results": {
            "successful": concurrent - len(errors),
            "failed": len(errors),
            "total": concurrent,
        },
        "details": details,
        "errors": errors,
        "note": NOTE,
    }


def session():
    # One a thread, kept: requests reuses connections only within a Session and does not promise that threads may
    # share one. aiohttp's ClientSession of the Quart application lives as long. trust_env: no proxy, as aiohttp.
    if not hasattr(local, "session"):
        local.session = requests.Session()
        local.session.trust_env = False
    return local.session


def call(request_id, delay):
    started = time.perf_counter()
    try:
        answer = session().get(
            f"{UPSTREAM_URL}/slow-io",
            params={"delay": delay, "request_id": request_id},
            timeout=delay + PATIENCE_S,
        )
        check(request_id, answer.status_code, answer.content)
    except Exception as error:  # whatever it was, it is counted in the answer
        return detail(request_id, started, error)
    return detail(request_id, started)


@app.get("/health")
def health():
    return {"status": "healthy", "server_type": SERVER_TYPE}


@app.get("/benchmark/flask-io-test")
def io_test():
    delay = number("delay", float, 0.1, 10.0, default="1.0")
    concurrent = number("concurrent", int, 1, 100, default="10")
    started = time.perf_counter()
    details = [call(request_id, delay) for request_id in range(1, concurrent + 1)]
    return report(delay, concurrent, time.perf_counter() - started, details)
