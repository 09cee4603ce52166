#!/usr/bin/env python3
"""How late the I/O simulator answers, beside a bare timer on the same core and, if given, beside other servers.

Each round: the bare timer, then each server under the load of upstream_bench, all on the server's core; the client
on the other. Prints a table and writes the figures to bench/results/upstream.json.
"""

import argparse
import contextlib
import json
import os
import pathlib
import platform
import subprocess
import sys
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent


def options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=ROOT / "build/shootout", type=pathlib.Path)
    parser.add_argument("--bench", default=ROOT / "build/release/bench/upstream_bench", type=pathlib.Path)
    parser.add_argument("--url", action="append", default=[], metavar="NAME=PORT", help="another server, which runs on 127.0.0.1; pin it yourself")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=20, help="length of a measured window")
    parser.add_argument("--waiting", type=int, default=20_000)
    parser.add_argument("--rate", type=float, default=2_000, help="expiries a second")
    parser.add_argument("--server-cpu", type=int, default=0)
    parser.add_argument("--client-cpu", type=int, default=1)
    parser.add_argument("--realtime", action="store_true", help="timer, server and client at SCHED_FIFO (as root), where other work runs")
    parser.add_argument("--output", default=ROOT / "bench/results/upstream.json", type=pathlib.Path)
    return parser.parse_args()


def start(command, cpu, realtime):
    def prepare():
        os.sched_setaffinity(0, {cpu})
        if realtime:
            os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))

    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, preexec_fn=prepare)


@contextlib.contextmanager
def own_server(args):
    process = start([args.program, "upstream", "--port", "0"], args.server_cpu, args.realtime)
    try:
        yield int(process.stdout.readline().rsplit(":", 1)[1]), process.pid
    finally:
        process.terminate()
        process.wait()


@contextlib.contextmanager
def other_server(port):
    yield port, None


def steal_s(cpu):
    """Seconds that other machines took from the core (proc(5), /proc/stat)."""
    for line in pathlib.Path("/proc/stat").read_text().splitlines():
        fields = line.split()
        if fields[0] == f"cpu{cpu}":
            return int(fields[8]) / os.sysconf("SC_CLK_TCK")
    sys.exit(f"there is no CPU {cpu}")


def queued_s(pid):
    """Seconds that the process was ready to run and other processes had the core (/proc/PID/schedstat)."""
    return int(pathlib.Path(f"/proc/{pid}/schedstat").read_text().split()[1]) / 1e9


def stats(port):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/stats") as answer:
        return json.load(answer)


def measured(command, cpu, args, watch=lambda: None):
    """What the bench program says; `watch` is called again and again meanwhile."""
    process = start(command, cpu, args.realtime)
    while process.poll() is None:
        watch()
        time.sleep(0.5)
    if process.returncode != 0:
        sys.exit(f"{command[0]} failed")
    return json.loads(process.stdout.read())


def bare_timer(args):
    steal = steal_s(args.server_cpu)
    command = [args.bench, "timer", "--rate", str(args.rate), "--seconds", str(args.seconds)]
    return measured(command, args.server_cpu, args) | {"steal_s": steal_s(args.server_cpu) - steal}


def under_load(name, server, args):
    with server as (port, pid):
        before = stats(port)
        steal = steal_s(args.server_cpu)
        command = [args.bench, "client", "--port", port, "--waiting", args.waiting, "--rate", args.rate, "--seconds", args.seconds]
        waiting = []  # (when, how many)
        queued = []

        def watch():
            waiting.append((time.monotonic(), stats(port)["waiting"]))
            if pid:
                queued.append(queued_s(pid))

        result = measured([str(part) for part in command], args.client_cpu, args, watch)
        end = time.monotonic()
        in_window = [count for when, count in waiting if end - args.seconds + 1 < when < end - 1]
        result |= {"server": name, "waiting_least": min(in_window, default=None), "steal_s": steal_s(args.server_cpu) - steal}
        if queued:
            result["queued_s"] = queued[-1] - queued[0]
        result["counted"] = stats(port)["received"] - before["received"]
        return result


def row(name, figures, extra=""):
    cells = [f"{figures['within_1_ms']:>8.2%}", f"{figures['early']:>6}"]
    cells += [f"{figures[key]:>9.0f}" for key in ("p50_us", "p99_us", "p99_9_us", "max_us")]
    print(f"{name:<24}", *cells, extra)


def main():
    args = options()
    others = [url.split("=", 1) for url in args.url]
    rounds = []
    print(f"{args.waiting} waiting, {args.rate:.0f} expiries a second, {args.rounds} rounds of {args.seconds:.0f} s; microseconds\n")
    print(f"{'late':<24} {'<= 1 ms':>8} {'early':>6} {'p50':>9} {'p99':>9} {'p99.9':>9} {'max':>9}")
    for _ in range(args.rounds):
        timer = bare_timer(args)
        row("bare timer", timer["lateness"], f"steal {timer['steal_s']:.2f} s")
        servers = [("shootout", own_server(args))] + [(name, other_server(int(port))) for name, port in others]
        results = [under_load(name, server, args) for name, server in servers]
        for result in results:
            said = f"steal {result['steal_s']:.2f} s" + (f", queued {result['queued_s']:.2f} s" if "queued_s" in result else "")
            row(f"{result['server']}, inside", result["inside"], f"{result['answers_per_second']:.0f}/s, {result['waiting_least']} waiting on {result['connections']} connections")
            row(f"{result['server']}, client", result["client"], said)
        rounds.append({"timer": timer, "servers": results})
        print(flush=True)

    machine = {"kernel": platform.release(), "cpus": os.cpu_count(), "load_average": os.getloadavg()[0]}
    settings = {key: getattr(args, key) for key in ("waiting", "rate", "seconds", "server_cpu", "client_cpu", "realtime")}
    args.output.parent.mkdir(parents=True, exist_ok=True)
    args.output.write_text(json.dumps({"machine": machine, "settings": settings, "rounds": rounds}, indent=1) + "\n")


if __name__ == "__main__":
    main()
