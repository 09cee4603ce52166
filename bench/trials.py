"""Runs of shootout on Flask/Gunicorn and Quart/Hypercorn with steady loads on /health, and what their trials say."""

import json
import math
import os
import pathlib
import platform
import re
import subprocess
import sys
import tempfile
import time
from collections import defaultdict

from intervals import trimmed_mean

ROOT = pathlib.Path(__file__).resolve().parent.parent
VOID_OR_DONE = (0, 4)  # trials that a gate found void are part of what is told here

SUITE = """
suite: bench
title: Steady loads for bench/
question: What does a figure say?
contenders: [{contenders}]
baseline: flask-gunicorn
variants:
  flask-again: {{of: flask-gunicorn}}
services:
  upstream: {{make: native, makes: {{native: upstream}}}}
request:
  target: "{{health}}"
  checks: [{{json: /status, equals: healthy}}]
verify:
  - {{target: "{{health}}", content_type: application/json}}
scenarios:
  health: {{title: Health check}}
loads:
{loads}
profiles:
  quick: {{replicates: {replicates}, blocks: {blocks}}}
  full: {{replicates: {replicates}, blocks: {blocks}}}
  seed: {{replicates: 1}}
"""
LOAD = """\
  {name}:
    title: {connections} connections
    question: How many requests a second?
    connections: {connections}
    window: {window}
    settle: {settle}
    warm_up: {warm_up}
    cells: {{health: {{}}}}
"""


def load(name, window, settle=0.1, connections=10, warm_up=0.5):
    return LOAD.format(name=name, window=window, settle=settle, connections=connections, warm_up=warm_up)


def machine():
    return {"kernel": platform.release(), "cpus": os.cpu_count(), "load_average": os.getloadavg()[0]}


def add_program(parser):
    parser.add_argument("--program", default=ROOT / "build/shootout", type=pathlib.Path)


def run(program, contenders, loads, replicates, blocks, *options):
    """One run in a home of its own, which goes with it: its report (shootout.run/1), with `wall_s`."""
    with tempfile.TemporaryDirectory(prefix="shootout-bench-") as home:
        suites = pathlib.Path(home, "suites")
        suites.mkdir()
        text = SUITE.format(contenders=", ".join(contenders), loads="".join(loads), replicates=replicates, blocks=blocks)
        (suites / "bench.yaml").write_text(text)
        command = [str(part) for part in (program, "run", "bench", "--suites-dir", suites, "--json", "--quiet", *options)]
        begin = time.monotonic()
        done = subprocess.run(command, env=os.environ | {"SHOOTOUT_HOME": home}, stdout=subprocess.PIPE, text=True)
        if done.returncode not in VOID_OR_DONE:
            sys.exit(f"{' '.join(command)} ended with {done.returncode}")
        return json.loads(done.stdout) | {"wall_s": time.monotonic() - begin}


def void_trials(report):
    """How many, attempts included, and the reasons with their counts, up to the first figure in them."""
    reasons = defaultdict(int)
    for trial in report["trials"]:
        for reason in trial["reasons"]:
            reasons[re.split(r"\d", reason)[0].strip()] += 1
    return {"void": sum(not trial["valid"] for trial in report["trials"]), "trials": len(report["trials"]), "reasons": dict(reasons)}


def metric_of(report, load_name, contender, metric):
    """(replicate, block) -> the figure of the valid trial there."""
    return {(trial["replicate"], trial["block"]): trial["metrics"][metric] for trial in report["trials"]
            if trial["valid"] and trial["load"] == load_name and trial["contender"] == contender and metric in trial["metrics"]}


def log_ratios(report, load_name, contender, baseline, metric="requests_per_second"):
    """The paired log-ratios of contender to baseline by block: replicate -> [one a block]."""
    ours, theirs = (metric_of(report, load_name, name, metric) for name in (contender, baseline))
    by_replicate = defaultdict(list)
    for place in sorted(ours.keys() & theirs.keys()):
        by_replicate[place[0]].append(math.log(ours[place] / theirs[place]))
    return dict(by_replicate)


def by_replicate(ratios, report):
    """One estimate a replicate; without two there is nothing to say."""
    if len(ratios) < 2:
        sys.exit(f"only {len(ratios)} replicates have valid trials: {void_trials(report)}")
    return [trimmed_mean(blocks) for blocks in ratios.values()]
