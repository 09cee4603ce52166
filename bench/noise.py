#!/usr/bin/env python3
"""How noisy this machine is, and what length of trial pays on it.

flicker  a fixed loop on one core, timed by its own CPU clock: the coefficient of variation of its pieces of 3 ms, and the
         Allan deviation of ln(time). Where that hardly falls with the averaging time, longer trials do not average the noise
         away.
length   Flask/Gunicorn against itself, and against Quart/Hypercorn, in trials of several lengths and the same total time:
         half-widths of the 95 % interval over blocks and over replicates, and whether short trials give another ratio.
bias     the same two with one worker each, so that no draw of connections over workers hides it: the ratio from short trials
         against that from long ones, side by side in each replicate, with and without settling.
thaw     p99 and maximum latency of trials that settle and that do not, of a server that was frozen before each trial and
         of one that never was, taking turns: what a thaw does to the first requests.

Prints tables and writes all figures to bench/results/noise.json.
"""

import argparse
import json
import math
import pathlib
import statistics
import time

from intervals import as_percent, difference, half_width
from trials import ROOT, add_program, by_replicate, load, log_ratios, machine, metric_of, run, void_trials
from upstream import start, steal_s

PARTS = ("flicker", "length", "bias", "thaw")
FLASK, AGAIN, QUART = "flask-gunicorn", "flask-again", "quart-hypercorn"


def options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_program(parser)
    parser.add_argument("--flicker", default=ROOT / "build/release/bench/flicker", type=pathlib.Path)
    parser.add_argument("--parts", default=",".join(PARTS), help="some of %(default)s")
    parser.add_argument("--cpu", type=int, default=0, help="of the fixed loop")
    parser.add_argument("--seconds", type=float, default=60, help="of each fixed loop")
    parser.add_argument("--windows", default="0.25,0.5,1,5", help="lengths of a trial; the last is the one that the others are held against")
    parser.add_argument("--replicates", type=int, default=6)
    parser.add_argument("--replicate-seconds", type=float, default=40, help="of measurement in each replicate, whatever the length of a trial")
    parser.add_argument("--output", default=ROOT / "bench/results/noise.json", type=pathlib.Path)
    args = parser.parse_args()
    if unknown := set(args.parts.split(",")) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    args.windows = [float(window) for window in args.windows.split(",")]
    return args


def allan_deviation(values, size):
    """Of means over `size` neighbours each: sqrt(half the mean square of successive differences) (Allan 1966)."""
    means = [statistics.fmean(values[i : i + size]) for i in range(0, len(values) - size + 1, size)]
    squares = [(b - a) ** 2 for a, b in zip(means, means[1:])]
    return math.sqrt(statistics.fmean(squares) / 2)


def flicker(args):
    results = {}
    print(f"A fixed loop on CPU {args.cpu}, {args.seconds:.0f} s of pieces of 3 ms: deviation of its own CPU time\n")
    for kind in ("arithmetic", "memory"):
        steal = steal_s(args.cpu)
        command = [str(args.flicker), "--seconds", str(args.seconds)] + (["--memory"] if kind == "memory" else [])
        process = start(command, args.cpu, False)
        loop = json.loads(process.communicate()[0])
        steal = steal_s(args.cpu) - steal
        times = loop["cpu_ns"]
        logs = [math.log(piece) for piece in times]
        piece_s = loop["wall_s"] / len(times)
        sizes = []
        while (size := 2 ** len(sizes)) * 4 <= len(logs) and size * piece_s <= 10:
            sizes.append(size)
        allan = [{"seconds": size * piece_s, "deviation": allan_deviation(logs, size)} for size in sizes]
        variation = statistics.stdev(times) / statistics.fmean(times)
        results[kind] = {"pieces": len(times), "piece_s": piece_s, "coefficient_of_variation": variation, "allan": allan, "steal_s": steal}
        print(f"{kind:<12} coefficient of variation {variation:.2%}, steal {steal:.2f} s")
        print("             Allan deviation " + ", ".join(f"{each['seconds']:.3g} s: {each['deviation']:.2%}" for each in allan[::2]) + "\n")
    return results


def length_of_trials(args):
    results = []
    print(f"Trials of several lengths, {args.replicates} replicates of {args.replicate_seconds:.0f} s each; three contenders\n")
    print(f"{'window':>7} {'blocks':>6} {'trials':>6} {'void':>5}   {'A/A over blocks':>16} {'over replicates':>16}   {'Quart/Flask':>11} {'over replicates':>16}")
    for window in args.windows:
        settle = 0.1
        blocks = max(1, round(args.replicate_seconds / (3 * (window + settle))))
        report = run(args.program, (FLASK, AGAIN, QUART), [load("closed", window, settle)], args.replicates, blocks)
        same, other = (log_ratios(report, "closed", contender, FLASK) for contender in (AGAIN, QUART))
        of_same, of_other = by_replicate(same, report), by_replicate(other, report)
        over_blocks = half_width([ratio for ratios in same.values() for ratio in ratios])
        voided = void_trials(report)
        results.append({"window_s": window, "settle_s": settle, "blocks": blocks, "wall_s": report["wall_s"], **voided,
                        "same": {"log_ratio": statistics.mean(of_same), "half_width_over_blocks": over_blocks, "half_width": half_width(of_same), "replicates": of_same},
                        "other": {"log_ratio": statistics.mean(of_other), "half_width": half_width(of_other), "replicates": of_other}})
        print(f"{window:>6}s {blocks:>6} {voided['trials']:>6} {voided['void']:>5}   {as_percent(over_blocks):>15.1f}% {as_percent(half_width(of_same)):>15.1f}%   "
              f"{math.exp(statistics.mean(of_other)):>11.3f} {as_percent(half_width(of_other)):>15.1f}%", flush=True)

    print(f"\nShort trials against those of {args.windows[-1]:g} s: the ratio Quart/Flask, times")
    longest = results[-1]["other"]["replicates"]
    for result in results[:-1]:
        off, half = difference(result["other"]["replicates"], longest)
        result["bias"] = {"log_ratio": off, "half_width": half}
        print(f"{result['window_s']:>6}s {math.exp(off):.3f} [{math.exp(off - half):.3f}, {math.exp(off + half):.3f}]")
    print()
    return results


def bias(args):
    """The difference of the log-ratios, replicate by replicate, and its 95 % interval."""
    long = args.windows[-1]
    shorts = {f"{window:g} s, settling {settle:g} s": (window, settle) for window in args.windows[:-1] for settle in (0, 0.1)}
    names = {name: f"short-{number}" for number, name in enumerate(shorts)}
    loads = [load(names[name], *shorts[name]) for name in shorts] + [load("long", long, 0.1)]
    report = run(args.program, (FLASK, QUART), loads, args.replicates, 4, "--set", f"{FLASK}.workers=1", "--set", f"{QUART}.workers=1")
    against = by_replicate(log_ratios(report, "long", QUART, FLASK), report)
    print(f"One worker each, {args.replicates} replicates of 4 blocks: Quart/Flask in trials of {long:g} s is {math.exp(statistics.mean(against)):.3f}; short trials give, times that\n")
    results = {"long_s": long, "ratio": math.exp(statistics.mean(against)), **void_trials(report), "shorts": []}
    for name, (window, settle) in shorts.items():
        of_short = by_replicate(log_ratios(report, names[name], QUART, FLASK), report)
        each = [ours - theirs for ours, theirs in zip(of_short, against)]
        middle, half = statistics.mean(each), half_width(each)
        results["shorts"].append({"window_s": window, "settle_s": settle, "log_ratio": middle, "half_width": half, "replicates": each})
        print(f"  {name:<26} {math.exp(middle):.3f} [{math.exp(middle - half):.3f}, {math.exp(middle + half):.3f}]", flush=True)
    print()
    return results


def thaw(args):
    """Alone, a contender is never frozen; beside another it is thawed before each of its trials. The two take turns, a round of
    fresh servers each, so that a slow minute of the machine falls on both."""
    settings = {"never frozen": (FLASK,), "thawed before each trial": (FLASK, QUART)}
    loads = {"settle-none": 0, "settle-100-ms": 0.1}
    metrics = ("latency_p99_us", "latency_max_us", "requests_per_second")
    figures = {(name, load_name, metric): [] for name in settings for load_name in loads for metric in metrics}
    voided = {"trials": 0, "void": 0}
    for number in range(args.replicates):
        for name in sorted(settings, reverse=number % 2 == 1):
            report = run(args.program, settings[name], [load(each, 0.5, settle) for each, settle in loads.items()], 1, 10)
            of_run = void_trials(report)
            for count in voided:
                voided[count] += of_run[count]
            for load_name in loads:
                for metric in metrics:
                    figures[name, load_name, metric].append(list(metric_of(report, load_name, FLASK, metric).values()))

    results = {"rounds": args.replicates, **voided, "loads": []}
    print(f"Flask/Gunicorn, trials of 0.5 s, {args.replicates} rounds of 10: medians over the trials, the worst, and thawed over never frozen round by round\n")
    print(f"{'':<26} {'trials':>6} {'p99, ms':>9} {'max, ms':>9} {'worst, ms':>10} {'requests/s':>11}")
    for load_name in loads:
        print(load_name)
        of_load = {"load": load_name, "medians": {}, "ratios": {}, "by_round": {}}
        for name in settings:
            each = {metric: [value for values in figures[name, load_name, metric] for value in values] for metric in metrics}
            middle = {metric: statistics.median(values) for metric, values in each.items()}
            of_load["medians"][name] = middle
            of_load["by_round"][name] = {metric: [statistics.median(values) for values in figures[name, load_name, metric]] for metric in metrics}
            print(f"  {name:<24} {len(each['requests_per_second']):>6} {middle['latency_p99_us'] / 1e3:>9.2f} {middle['latency_max_us'] / 1e3:>9.2f} "
                  f"{max(each['latency_max_us']) / 1e3:>10.2f} {middle['requests_per_second']:>11.0f}")
        for metric in metrics:
            frozen, thawed = ([math.log(median) for median in of_load["by_round"][name][metric]] for name in settings)
            middle, half = difference(thawed, frozen)
            of_load["ratios"][metric] = {"log_ratio": middle, "half_width": half}
            print(f"  {metric:<24} x {math.exp(middle):.3f} [{math.exp(middle - half):.3f}, {math.exp(middle + half):.3f}]", flush=True)
        results["loads"].append(of_load)
    print()
    return results


def main():
    args = options()
    results = json.loads(args.output.read_text()) if args.output.exists() else {}
    for part, measure in (("flicker", flicker), ("length", length_of_trials), ("bias", bias), ("thaw", thaw)):
        if part not in args.parts.split(","):
            continue
        results[part] = {"machine": machine(), "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "results": measure(args)}
        args.output.parent.mkdir(parents=True, exist_ok=True)
        args.output.write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
