#!/usr/bin/env python3
"""The load engine beside wrk, beside floors that do no more than they must, and beside what else is installed.

Every client runs with one thread on a core of its own against a server on the other core; the clients of a case take
turns. Figures are of the client's whole process (its CPU time as wait4 tells it), ratios are of runs of the same
round. Prints tables and writes all figures to bench/results/load.json.
"""

import argparse
import contextlib
import dataclasses
import datetime
import json
import os
import pathlib
import platform
import shutil
import statistics
import subprocess

import kernel_queues
import servers
from clients import ROOT, Clients, left_out
from upstream import steal_s

MEGABYTE = 1_000_000
CASES = ("http-50", "http-8000", "https-50", "websocket-50", "upload", "stream", "open-1000", "open-50000")
MANY_CONNECTIONS_SECONDS = 5  # at least: opening them takes a good part of a second
UNITS = {"requests_per_cpu_s": "requests a CPU-second", "bytes_per_s": "bytes/s"}


def options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=ROOT / "build/shootout", type=pathlib.Path)
    parser.add_argument("--floors", default=ROOT / "build/release/bench", type=pathlib.Path, help="the folder of http_floor and its kin")
    parser.add_argument("--cases", default=",".join(CASES), help="some of %(default)s")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3, help=f"length of each run; wrk takes whole ones only; with thousands of connections at least {MANY_CONNECTIONS_SECONDS}")
    parser.add_argument("--server-cpu", type=int, default=0)
    parser.add_argument("--client-cpu", type=int, default=1)
    parser.add_argument("--output", default=ROOT / "bench/results/load.json", type=pathlib.Path)
    args = parser.parse_args()
    if unknown := set(args.cases.split(",")) - set(CASES):
        parser.error(f"no such case: {', '.join(sorted(unknown))}")
    return args


@dataclasses.dataclass
class Case:
    """Clients that take turns. `figure`: what their ratios are of (none: an open loop, judged by its own figures);
    `goals`: (over, under) -> at least."""

    name: str
    title: str
    figure: str
    clients: dict
    goals: dict
    results: dict = None  # client -> its figures, a round each
    connections: int = 0  # where they are many
    most_resident: int = None  # bytes of ours, at most
    seconds: float = None  # of each run

    def is_crowd(self):
        return self.connections >= 1000

    def queue_warning(self):
        """Connections beyond the queue are dropped, each client's at its own luck: then they do not carry the same load."""
        longest = kernel_queues.longest_queue()
        if self.connections <= longest:
            return None
        return (f"net.core.somaxconn is {longest:,}, below {self.connections:,} connections: clients may run with different numbers "
                "of them, and the ratios mean little (root raises it for the bench)")


def median_and_range(values, form="{:.2f}"):
    low, middle, high = (form.format(value) for value in (min(values), statistics.median(values), max(values)))
    return f"{middle} ({low}..{high})"


class Bench:
    def __init__(self, args):
        self.args = args
        self.clients = Clients(args.program, args.floors, args.client_cpu, args.seconds)

    def cases(self, http, https, echo, sink):
        """All cases that this machine has the peers for."""
        ours, wrk = self.clients.ours, self.clients.wrk
        missing = left_out()
        host = "127.0.0.1"

        def closed(connections, ours_over_wrk, **more):
            url = f"http://{host}:{http}/"
            clients = {"ours": lambda: ours(url, connections), "wrk": lambda: wrk(url, connections)}
            clients["floor"] = lambda: self.clients.floor("http_floor", http, connections)
            for peer in ("h2load", "ab", "oha"):
                clients[peer] = lambda run=getattr(self.clients, peer): run(url, connections)
            goals = {("ours", "wrk"): ours_over_wrk, ("ours", "floor"): 0.9, ("floor", "wrk"): None}
            return Case(f"http-{connections}", f"HTTP, {connections:,} connections", "requests_per_cpu_s", clients, goals, connections=connections, **more)

        def counted(run, key):
            """The bytes that the server saw, whatever the client says."""

            def with_bytes():
                before = servers.sink_counts(sink)[key]
                figures = run()
                figures.bytes_per_s = (servers.sink_counts(sink)[key] - before) / figures.wall_s
                return figures

            return with_bytes

        def large(name, title, key, path, size, *ours_options):
            url = f"http://{host}:{sink}{path}"
            clients = {"ours": lambda: ours(url, 10, *ours_options), "wrk": lambda: wrk(url, 10, size), "curl": lambda: self.clients.curl(url, size)}
            goals = {("ours", "wrk"): 1.0, ("ours", "curl"): 1.0}
            return Case(name, title, "bytes_per_s", {peer: counted(run, key) for peer, run in clients.items()}, goals)

        def opened(rate, connections):
            url = f"http://{host}:{http}/"
            return Case(f"open-{rate}", f"open loop, {rate:,} a second", None, {"ours": lambda: ours(url, connections, "-R", rate)}, {})

        secure, socket_url = f"https://{host}:{https}/", f"ws://{host}:{echo}/"
        cases = [
            closed(50, 1.3),
            closed(8000, 1.5, most_resident=20 * MEGABYTE),
            Case("https-50", "HTTPS, 50 connections", "requests_per_cpu_s",
                 {"ours": lambda: ours(secure, 50, "--insecure"), "wrk": lambda: wrk(secure, 50)}, {("ours", "wrk"): 1.1}),
            Case("websocket-50", "WebSocket echo, 50 connections", "requests_per_cpu_s",
                 {"ours": lambda: ours(socket_url, 50, "--ws-message", "ping", "--in-flight", 1),
                  "floor": lambda: self.clients.floor("websocket_floor", echo, 50)}, {("ours", "floor"): 0.85}),
            large("upload", "uploads of 5 MB, 10 connections", "uploaded", "/upload", 5 * MEGABYTE, "--upload", "5MB"),
            large("stream", "streams of 10 MB, 10 connections", "streamed", "/stream", 0),
            opened(1_000, 10),
            opened(50_000, 100),
        ]  # fmt: skip
        chosen = [case for case in cases if case.name in self.args.cases.split(",")]
        most = servers.most_files() - 100
        for case in chosen:
            if case.connections > most:
                print(f"left out, as a process may open {most + 100:,} files only (ulimit -Hn): {case.title}")
        chosen = [case for case in chosen if case.connections <= most]
        for case in chosen:
            case.clients = {peer: run for peer, run in case.clients.items() if peer not in missing}
            case.goals = {pair: goal for pair, goal in case.goals.items() if not set(pair) & set(missing)}
        return chosen

    def measure(self, case):
        """Round after round, the clients in turn."""
        case.results = {client: [] for client in case.clients}
        case.seconds = self.clients.seconds = max(self.args.seconds, MANY_CONNECTIONS_SECONDS if case.is_crowd() else 0)
        print(f"\n{case.title}, {case.seconds:g} s a run")
        if warning := case.queue_warning():
            print(f"  {warning}")
        for _ in range(self.args.rounds):
            for client, run in case.clients.items():
                cpus = (self.args.server_cpu, self.args.client_cpu)
                before = [steal_s(cpu) for cpu in cpus]
                figures = run()
                figures.steal_s = sum(steal_s(cpu) - was for cpu, was in zip(cpus, before))
                case.results[client].append(figures)

    def ratios(self, case):
        """(over, under) -> a ratio a round, but where a client got nothing done (its connections were not open in time)."""
        values = {client: [getattr(figures, case.figure) for figures in results] for client, results in case.results.items()}
        found = {pair: [a / b for a, b in zip(values[pair[0]], values[pair[1]]) if b] for pair in case.goals}
        for (_, under), ratios in found.items():
            if len(ratios) < self.args.rounds:
                print(f"  {under} got nothing done in {self.args.rounds - len(ratios)} rounds, which are left out; longer runs help (--seconds)")
        return {pair: ratios for pair, ratios in found.items() if ratios}


def print_clients(case):
    for client, results in case.results.items():
        rss = statistics.median(each.rss_bytes for each in results) / MEGABYTE
        steal = sum(each.steal_s for each in results)
        said = median_and_range([getattr(each, case.figure) for each in results], "{:,.0f}")
        print(f"  {client:<8} {said} {UNITS[case.figure]}, {rss:.1f} MB resident, steal {steal:.2f} s")


def open_loop_figures(document):
    """What is judged of an open loop; latency is from the planned time, service from the actual send."""
    generator = document["generator"]
    return {
        "late_p50_us": document["latency_us"]["p50"] - document["service_us"]["p50"],
        "latency_p50_us": document["latency_us"]["p50"],
        "service_p50_us": document["service_us"]["p50"],
        "lateness_p99_us": generator["lateness_us"]["p99"],
        "lateness_max_us": generator["lateness_us"]["max"],
        "offered_rps": generator["offered_rps"],
        "achieved_rps": generator["achieved_rps"],
        "achieved_share": generator["achieved_rps"] / generator["offered_rps"],
        "cpu_s": generator["cpu_user_s"] + generator["cpu_system_s"],
        "spin_s": generator["spin_s"],
        "valid": document["valid"],
        "reasons": document["reasons"],
    }


def print_open_loop(case):
    rounds = [open_loop_figures(each.document) for each in case.results["ours"]]

    def of(key, form="{:.1f}"):
        return median_and_range([each[key] for each in rounds], form)

    print(f"  latency p50 less service p50 {of('late_p50_us')} us (goal at 1,000 a second: at most 20), latency {of('latency_p50_us')} us")
    print(f"  lateness p99 {of('lateness_p99_us')} us, max {of('lateness_max_us')} us")
    print(f"  achieved of offered {of('achieved_share', '{:.5f}')} (goal at 50,000 a second: within 0.001 of 1); offered {of('offered_rps', '{:,.0f}')}/s")
    print(f"  CPU {of('cpu_s', '{:.2f}')} s, of it spinning {of('spin_s', '{:.2f}')} s; valid in {sum(each['valid'] for each in rounds)} of {len(rounds)}")
    for reason in sorted({reason for each in rounds for reason in each["reasons"]}):
        print(f"    {reason}")


def settle_goals(case, ratios):
    """At 50 connections 1.3 times wrk, or 0.95 times the floor where that is less."""
    if case.name == "http-50" and ("floor", "wrk") in ratios:
        case.goals["ours", "wrk"] = min(case.goals["ours", "wrk"], 0.95 * statistics.median(ratios["floor", "wrk"]))


def print_ratios(cases, ratios):
    print(f"\n{'ratio':<34} {'of':<20} {'clients':<12} {'median (min..max)':<22} goal")
    for case in cases:
        for pair, values in ratios.get(case.name, {}).items():
            goal = case.goals[pair]
            said = "" if goal is None else f">= {goal:.2f} {'met' if statistics.median(values) >= goal else 'missed'}"
            print(f"{case.title:<34} {case.figure:<20} {'/'.join(pair):<12} {median_and_range(values):<22} {said}")
        if case.most_resident:
            resident = [each.rss_bytes / MEGABYTE for each in case.results["ours"]]
            goal = case.most_resident / MEGABYTE
            said = f"<= {goal:.0f} {'met' if statistics.median(resident) <= goal else 'missed'}"
            print(f"{case.title:<34} {'resident MB':<20} {'ours':<12} {median_and_range(resident, '{:.1f}'):<22} {said}")


def machine():
    model = [line.partition(":")[2].strip() for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    versions = {}
    for name, command in (("nginx", [servers.nginx_program(), "-v"]), ("wrk", ["wrk", "-v"]), ("curl", ["curl", "-V"]), ("h2load", ["h2load", "--version"])):
        if shutil.which(command[0]):
            done = subprocess.run(command, capture_output=True, text=True)
            versions[name] = (done.stdout + done.stderr).splitlines()[0]
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "kernel": platform.release(),
        "cpus": os.cpu_count(),
        "cpu_model": model[0] if model else platform.machine(),
        "load_average": os.getloadavg()[0],
        "versions": versions,
    }


def write(args, facts, queues, missing, cases, ratios):
    def plain(figures):
        own = {key: value for key, value in vars(figures).items() if key != "document"}
        return own | ({"open_loop": open_loop_figures(figures.document)} if "offered_rps" in figures.document.get("generator", {}) else {})

    def summary(values):
        return {"median": statistics.median(values), "min": min(values), "max": max(values)}

    document = {
        "machine": facts,
        "settings": {key: getattr(args, key) for key in ("rounds", "seconds", "server_cpu", "client_cpu")} | queues,
        "left_out": missing,
        "cases": [
            {
                "name": case.name,
                "title": case.title,
                "figure": case.figure,
                "seconds": case.seconds,
                "warning": case.queue_warning(),
                "ratios": {"/".join(pair): summary(values) | {"goal": case.goals[pair]} for pair, values in ratios.get(case.name, {}).items()},
                "clients": {client: [plain(each) for each in results] for client, results in case.results.items()},
            }
            for case in cases
        ],
    }
    args.output.parent.mkdir(parents=True, exist_ok=True)
    args.output.write_text(json.dumps(document, indent=1) + "\n")


def main():
    args = options()
    if not servers.nginx_program():
        raise SystemExit("nginx is not installed; `make bench` installs it")
    facts = machine()
    missing = left_out()
    bench = Bench(args)
    print(f"{args.rounds} rounds of {args.seconds:g} s a client; median (min..max)")
    if missing:
        print(f"left out, as they are not installed: {', '.join(missing)}")
    if facts["load_average"] > 0.5:
        print(f"other work runs on this machine (load average {facts['load_average']:.1f}): the figures mean little")
    ratios = {}
    with contextlib.ExitStack() as stack:
        queues = stack.enter_context(kernel_queues.raised())
        print(", ".join(f"{name} {length}" for name, length in queues.items()))
        http, https = stack.enter_context(servers.nginx(args.server_cpu))
        echo = stack.enter_context(servers.own(args.floors / "websocket_echo", args.server_cpu))
        sink = stack.enter_context(servers.own(args.floors / "sink", args.server_cpu))
        cases = bench.cases(http, https, echo, sink)
        for case in cases:
            bench.measure(case)
            if case.figure:
                print_clients(case)
                ratios[case.name] = bench.ratios(case)
                settle_goals(case, ratios[case.name])
            else:
                print_open_loop(case)
        print_ratios(cases, ratios)
        write(args, facts, queues, missing, cases, ratios)


if __name__ == "__main__":
    main()
