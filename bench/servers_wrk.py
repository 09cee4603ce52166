#!/usr/bin/env python3
"""A server of the suite `servers` measured by wrk and by shootout in turns: their throughput must be the same.

In each round both clients, in an order that turns round, each with one thread on a core of its own, 1,000 connections and no
settling, so that both count from their first connection on. Prints after each round the ratio of shootout's requests/s to wrk's with its paired 95 %
interval, then what both say of latencies and errors, and writes all figures to bench/results/servers_wrk.json.
"""

import argparse
import contextlib
import json
import math
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile

from clients import ROOT, run
from intervals import half_width
from servers import pinned
from trials import add_program, machine

SAME = 5  # percent
UNITS = {"us": 1, "ms": 1e3, "s": 1e6, "m": 60e6, "h": 3600e6}


def options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_program(parser)
    parser.add_argument("--suite", default="servers")
    parser.add_argument("--contenders", default="gunicorn,bjoern", help="one after the other; default: %(default)s")
    parser.add_argument("--url", help="a server that somebody else keeps up, in their place")
    parser.add_argument("--path", default="/api/v2/1234567890")
    parser.add_argument("--connections", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--seconds", type=int, default=5, help="of each run; wrk knows whole ones only")
    parser.add_argument("--server-cpu", type=int, default=0)
    parser.add_argument("--client-cpu", type=int, default=1)
    parser.add_argument("--output", default=ROOT / "bench/results/servers_wrk.json", type=pathlib.Path)
    args = parser.parse_args()
    if args.rounds < 2:
        parser.error("an interval takes two rounds")
    return args


@contextlib.contextmanager
def standing(args, contender):
    """The contender on its own port, pinned with all that it starts: its URL."""
    with tempfile.TemporaryDirectory(prefix="shootout-bench-") as home:
        environment = os.environ | {"SHOOTOUT_HOME": home}
        command = [args.program, "up", args.suite, "--contenders", contender, "--quiet"]
        up = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, preexec_fn=pinned(args.server_cpu))
        try:
            found = re.search(rf"{re.escape(contender)}\s.*?(http://\S+)", up.stdout)
            if up.returncode != 0 or not found:
                sys.exit(f"{contender} does not stand (exit code {up.returncode}): {up.stdout}")
            yield found[1].rstrip("/")
        finally:
            subprocess.run([args.program, "down", args.suite], env=environment, stdout=subprocess.DEVNULL)


def microseconds(text):
    number, unit = re.fullmatch(r"([\d.]+)([a-z]+)", text).groups()
    return float(number) * UNITS[unit]


def wrk(args, url):
    """What it prints, in our words."""
    command = ["wrk", "-t", 1, "-c", args.connections, "-d", f"{args.seconds}s", "--latency", url]
    text, figures = run(command, args.client_cpu, args.seconds)
    mean, stdev, longest, within = re.search(r"Latency +(\S+) +(\S+) +(\S+) +(\S+)%", text).groups()
    errors = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", text)
    wrong = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
    return {"requests_per_second": float(re.search(r"Requests/sec: +(\S+)", text)[1]),
            "latency_mean_us": microseconds(mean), "latency_stdev_us": microseconds(stdev), "latency_max_us": microseconds(longest),
            "within_1_stdev": float(within) / 100,
            "latency_p50_us": microseconds(re.search(r"50% +(\S+)", text)[1]), "latency_p99_us": microseconds(re.search(r"99% +(\S+)", text)[1]),
            "errors": dict(zip(("connect", "read", "write", "timeout"), map(int, errors.groups()))) if errors else {},
            "status": int(wrong[1]) if wrong else 0, "cpu_s": figures.cpu_s}


def ours(args, url):
    command = [args.program, "load", url, "-t", 1, "-c", args.connections, "-d", f"{args.seconds}s", "--json", "-q"]
    text, figures = run(command, args.client_cpu, args.seconds, accepted=(0, 4))
    document = json.loads(text)
    latency = document["latency_us"]
    return {"requests_per_second": document["throughput"]["requests_per_second"],
            "latency_mean_us": latency["mean"], "latency_stdev_us": latency["stdev"], "latency_max_us": latency["max"],
            "within_1_stdev": latency["within_1_stdev"], "latency_p50_us": latency["p50"], "latency_p99_us": latency["p99"],
            "errors": {name: count for name, count in document["errors"].items() if count}, "status": document["errors"]["status"],
            "closed_by_server_idle": document["connections"]["closed_by_server_idle"],
            "never_served": document["connections"]["never_served"],
            "waiting_at_end": document.get("waiting_at_end_us", {"count": 0}), "cpu_s": figures.cpu_s, "reasons": document["reasons"]}


def interval(rounds):
    """The ratio of ours to wrk's, and the paired interval's ends."""
    logs = [math.log(one["ours"]["requests_per_second"] / one["wrk"]["requests_per_second"]) for one in rounds]
    middle, half = statistics.mean(logs), half_width(logs)
    return tuple(math.exp(x) for x in (middle, middle - half, middle + half))


def is_same(low, high):
    return 1 - SAME / 100 <= low and high <= 1 + SAME / 100


def measure(args, url):
    clients = {"ours": ours, "wrk": wrk}
    rounds, same_from = [], None
    for number in range(1, args.rounds + 1):
        order = list(clients) if number % 2 else list(clients)[::-1]
        rounds.append({name: clients[name](args, url) for name in order})
        if number < 2:
            continue
        ratio, low, high = interval(rounds)
        same_from = (same_from or number) if is_same(low, high) else None
        print(f"  round {number}: {ratio:.3f} [{low:.3f}, {high:.3f}]", flush=True)
    return rounds, same_from


def tell(name, rounds, same_from):
    ratio, low, high = interval(rounds)
    verdict = f"within +-{SAME} % from round {same_from} on" if same_from else f"not within +-{SAME} %"
    print(f"{name}: shootout's requests/s by wrk's {ratio:.3f} [{low:.3f}, {high:.3f}], n = {len(rounds)}: {verdict}")
    for figure in ("requests_per_second", "latency_mean_us", "latency_stdev_us", "latency_p50_us", "latency_p99_us", "latency_max_us", "cpu_s"):
        line = [statistics.median(one[client][figure] for one in rounds) for client in ("ours", "wrk")]
        print(f"  {figure:<22} shootout {line[0]:>14,.2f}   wrk {line[1]:>14,.2f}   (medians)")
    for client in ("ours", "wrk"):
        total = {}
        for one in rounds:
            for error, count in one[client]["errors"].items():
                total[error] = total.get(error, 0) + count
        print(f"  errors of {'shootout' if client == 'ours' else 'wrk'}: {total or 'none'}")


def main():
    args = options()
    results = {"machine": machine(), "connections": args.connections, "seconds": args.seconds, "servers": {}}
    for name in [args.url] if args.url else args.contenders.split(","):
        with contextlib.nullcontext(args.url) if args.url else standing(args, name) as url:
            print(f"{name}, {args.connections:,} connections, {args.seconds} s a run", flush=True)
            rounds, same_from = measure(args, url + args.path)
        ratio, low, high = interval(rounds)
        results["servers"][name] = {"ratio": ratio, "low": low, "high": high, "n": len(rounds), "same_from_round": same_from, "rounds": rounds}
        tell(name, rounds, same_from)
        args.output.write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
