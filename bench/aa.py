#!/usr/bin/env python3
"""Comparisons of Flask/Gunicorn with itself: how often shootout finds a difference where there is none.

Each comparison is a `shootout run` of its own: the same contender under two names, /health, a closed loop, fresh servers in
each replicate, another seed. At the 95 % level one interval in twenty leaves 1 out. What is there already is kept:
the same call again goes on up to --count. Writes bench/results/aa.json after each comparison.
"""

import argparse
import json
import math
import os
import pathlib
import statistics
import sys
import time

from trials import ROOT, add_program, load, machine, run, void_trials

CONTENDER, BASELINE = "flask-again", "flask-gunicorn"
METRICS = ("requests_per_second", "cpu_us_per_request")


def options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_program(parser)
    parser.add_argument("--count", type=int, default=40, help="comparisons in all, those in the file included")
    parser.add_argument("--replicates", type=int, default=6)
    parser.add_argument("--blocks", type=int, default=3)
    parser.add_argument("--window", type=float, default=0.25)
    parser.add_argument("--settle", type=float, default=0.1)
    parser.add_argument("--warm-up", type=float, default=0.5)
    parser.add_argument("--connections", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1, help="of the first comparison; each next one has the next")
    parser.add_argument("--margin", type=float, default=3, help="percent; no whole interval may lie beyond it")
    parser.add_argument("--again", action="store_true", help="begin anew")
    parser.add_argument("--output", default=ROOT / "bench/results/aa.json", type=pathlib.Path)
    return parser.parse_args()


def settings_of(args):
    return {key: getattr(args, key) for key in ("replicates", "blocks", "window", "settle", "warm_up", "connections", "seed")}


def earlier(args):
    """What the file holds; other settings would be another distribution."""
    if args.again or not args.output.exists():
        return []
    document = json.loads(args.output.read_text())
    if document["settings"] != settings_of(args):
        sys.exit(f"{args.output} holds comparisons with other settings ({document['settings']}); --again begins anew")
    return document["comparisons"]


def compared(args, seed):
    report = run(args.program, (BASELINE, CONTENDER), [load("closed", args.window, args.settle, args.connections, args.warm_up)],
                 args.replicates, args.blocks, "--seed", seed)
    verdicts = {verdict["metric"]: {key: verdict[key] for key in ("ratio", "low", "high", "n", "verdict") if key in verdict}
                for verdict in report["verdicts"] if verdict["contender"] == CONTENDER and verdict["metric"] in METRICS}
    return {"seed": seed, "at": report["started_at"], "wall_s": report["wall_s"], **void_trials(report), "verdicts": verdicts}


def leaves_out_one(verdict):
    return "low" in verdict and (verdict["low"] > 1 or verdict["high"] < 1)


def summary_of(comparisons, margin_percent):
    summary = {"comparisons": len(comparisons)}
    for metric in METRICS:
        verdicts = [each["verdicts"][metric] for each in comparisons if metric in each["verdicts"]]
        widths = sorted(100 * (math.sqrt(v["high"] / v["low"]) - 1) for v in verdicts if "low" in v)
        decided = [v for v in verdicts if leaves_out_one(v)]
        beyond = math.log1p(margin_percent / 100)
        words = [v["verdict"] for v in verdicts]
        summary[metric] = {
            "judged": len(verdicts),
            "intervals_without_1": len(decided),
            "of_these_beyond_the_margin": sum(math.log(v["low"]) > beyond or math.log(v["high"]) < -beyond for v in decided),
            "words": {word: words.count(word) for word in ("faster", "slower", "equivalent", "inconclusive")},
            "half_width_percent": {"median": statistics.median(widths), "least": widths[0], "most": widths[-1]} if widths else {},
            "deviation_of_ln_ratio": statistics.stdev(math.log(v["ratio"]) for v in verdicts) if len(verdicts) > 1 else None,
        }
    summary["wall_s"] = {"median": statistics.median(each["wall_s"] for each in comparisons), "all": sum(each["wall_s"] for each in comparisons)}
    summary["void_trials"] = sum(each["void"] for each in comparisons)
    return summary


def write(args, comparisons):
    """Whole or not at all: an interruption must not cost what is there."""
    document = {"machine": machine(), "settings": settings_of(args), "summary": summary_of(comparisons, args.margin), "comparisons": comparisons}
    args.output.parent.mkdir(parents=True, exist_ok=True)
    beside = args.output.with_suffix(".new")
    beside.write_text(json.dumps(document, indent=1) + "\n")
    os.replace(beside, args.output)


def row(number, each):
    cells = []
    for metric in METRICS:
        verdict = each["verdicts"].get(metric, {})
        interval = f"{verdict['ratio']:.3f} [{verdict['low']:.3f}, {verdict['high']:.3f}]" if "low" in verdict else "-"
        cells.append(f"{interval:<24} {verdict.get('verdict', '-'):<12} {'!' if leaves_out_one(verdict) else ' '}")
    print(f"{number:>3} {each['wall_s']:>6.1f} s {each['void']:>4} void   {cells[0]}   {cells[1]}", flush=True)


def main():
    args = options()
    comparisons = earlier(args)
    print(f"{'':>21}   {'requests/s':<39}   CPU a request")
    for number, each in enumerate(comparisons, 1):
        row(number, each)
    while len(comparisons) < args.count:
        begin = time.monotonic()
        comparisons.append(compared(args, args.seed + len(comparisons)))
        write(args, comparisons)
        row(len(comparisons), comparisons[-1])
        if len(comparisons) == 1 and args.count > 1:
            print(f"    {args.count} of them: about {(time.monotonic() - begin) * args.count / 60:.0f} minutes", flush=True)
    if not comparisons:
        return
    summary = summary_of(comparisons, args.margin)
    for metric in METRICS:
        told = summary[metric]
        print(f"\n{metric}: {told['intervals_without_1']} of {told['judged']} intervals leave 1 out, {told['of_these_beyond_the_margin']} of them lie wholly beyond "
              f"{args.margin:g} %; " + ", ".join(f"{count} {word}" for word, count in told["words"].items() if count))
        if told["half_width_percent"]:
            print("half-widths: median +-{median:.1f} %, {least:.1f} to {most:.1f} %".format(**told["half_width_percent"]))
    print(f"\n{summary['wall_s']['median']:.0f} s a comparison, {summary['wall_s']['all'] / 60:.0f} minutes in all, {summary['void_trials']} void trials")


if __name__ == "__main__":
    main()
