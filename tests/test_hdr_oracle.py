"""The engine's histogram against HdrHistogram's own implementation in Python, on the same values."""

import json
import math
import pathlib
import random
import statistics
import subprocess

import pytest
from hdrh.histogram import HdrHistogram

from loading import load
from misbehaving import behaviours
from misbehaving.server import Server

ROOT = pathlib.Path(__file__).resolve().parents[1]
HOUR_NS = 3_600_000_000_000
COUNT = 20_000  # of which every quantile below is a whole rank, so that rounding is no question


@pytest.fixture(scope="module")
def oracle(tmp_path_factory):
    program = tmp_path_factory.mktemp("oracle") / "oracle"
    sources = ["tests/hdr_oracle.cc", "src/engine/histogram.cc", "src/generator/hdr_text.cc"]
    subprocess.run(["g++", "-std=c++23", "-O1", "-Isrc", *sources, "-lfmt", "-o", program], cwd=ROOT, check=True)

    def say(values, *options):
        done = subprocess.run([program, *options], input="\n".join(map(str, values)), capture_output=True, text=True, check=True)
        head, _, text = done.stdout.partition("\n")
        return json.loads(head), text

    return say


def theirs(values):
    histogram = HdrHistogram(1, HOUR_NS, 3)
    for value in values:
        assert histogram.record_value(value)
    return histogram


def theirs_as_lines(histogram):
    """The distribution's lines, from their recorded values. Their own text has other levels than the Java original,
    whose levels these are: the port leaves out that the number of halvings is a whole one."""
    recorded = [(each.value_iterated_to, each.total_count_to_this_value) for each in histogram.get_recorded_iterator()]
    total = histogram.get_total_count()
    lines, level = [], 0.0
    for value, so_far in recorded:
        value = histogram.get_highest_equivalent_value(value)
        while level <= 100 * so_far / total:
            lines.append((round(value / 1e6, 3), round(level / 100, 9), so_far))
            level += 100 / (5 * 2 ** (int(math.log2(100 / (100 - level))) + 1))
            if so_far == total:
                return [*lines, (round(value / 1e6, 3), 1.0, total)]
    raise AssertionError("their values do not add up")


def lines_of(text):
    """Of a distribution: value (ms), percentile, count of each line of it."""
    lines = [line.split() for line in text.splitlines() if line.strip() and line.strip()[0].isdigit()]
    return [(float(words[0]), round(float(words[1]), 9), int(words[2])) for words in lines]


def drawn(name):
    generator = random.Random(name)
    draw = {
        "uniform": lambda: generator.randint(1, 1_000_000),
        "lognormal": lambda: int(generator.lognormvariate(13, 2)) + 1,
        "exponential": lambda: int(generator.expovariate(1e-6)) + 1,
        "two humps": lambda: generator.choice([50_000, 3_000_000_000]) + generator.randint(0, 20_000),
        "the whole range": lambda: int(10 ** generator.uniform(0, 12.55)),
        "powers of two and their neighbours": lambda: max(1, 2 ** generator.randint(0, 41) + generator.randint(-1, 1)),
        "all alike": lambda: 123_456_789,
    }[name]
    return [min(draw(), HOUR_NS) for _ in range(COUNT)]


DISTRIBUTIONS = ["uniform", "lognormal", "exponential", "two humps", "the whole range", "powers of two and their neighbours", "all alike"]


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_quantiles_lie_in_the_same_bucket(oracle, name):
    values = drawn(name)
    ours, other = oracle(values)[0], theirs(values)
    assert ours["count"] == other.get_total_count() == COUNT
    for q, value_us in ours["quantiles"].items():
        value = other.get_value_at_percentile(100 * float(q))
        low, high = other.get_lowest_equivalent_value(value), other.get_highest_equivalent_value(value)
        assert low - 0.5 <= 1000 * value_us <= high + 0.5, q
        exact = sorted(values)[round(float(q) * COUNT) - 1]
        assert 1000 * value_us == pytest.approx(exact, rel=1 / 1024, abs=1)


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_mean_spread_and_extremes_are_exact(oracle, name):
    values = drawn(name)
    ours = oracle(values)[0]
    assert 1000 * ours["min"] == pytest.approx(min(values), abs=0.5)
    assert 1000 * ours["max"] == pytest.approx(max(values), rel=1e-12)
    assert 1000 * ours["mean"] == pytest.approx(statistics.fmean(values), rel=1e-9)
    assert 1000 * ours["stdev"] == pytest.approx(statistics.stdev(values), rel=1e-6, abs=1)
    other = theirs(values)
    assert 1000 * ours["mean"] == pytest.approx(other.get_mean_value(), rel=1e-3)


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_the_text_is_the_same_line_for_line(oracle, name):
    values = drawn(name)
    assert lines_of(oracle(values)[1]) == theirs_as_lines(theirs(values))


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_merged_is_as_if_recorded_in_one(oracle, name):
    values = drawn(name)
    (one, text), (merged, merged_text) = oracle(values), oracle(values, "merged")
    assert lines_of(merged_text) == lines_of(text)
    assert merged["quantiles"] == one["quantiles"]
    assert (merged["count"], merged["min"], merged["max"]) == (one["count"], one["min"], one["max"])


def test_values_beyond_the_range_are_counted_and_the_maximum_is_true(oracle):
    ours, _ = oracle([1_000_000] * 9 + [3 * HOUR_NS])
    assert ours["count"] == 10
    assert ours["max"] == ours["quantiles"]["1"] == 3 * HOUR_NS / 1000


def test_a_loads_export_says_what_its_document_says(tmp_path):
    file = tmp_path / "latencies.hdr"
    with Server(behaviours.sleeps(0.002)) as server:
        document = load(server.url, "-c", 10, "-n", 1000, "--hdr", file)
    text = file.read_text()
    lines, latency = lines_of(text), document["latency_us"]
    assert lines[-1][2] == latency["count"] == 1000
    assert [line[2] for line in lines] == sorted(line[2] for line in lines)
    for name, rank in (("p50", 500), ("p75", 750), ("p90", 900), ("p95", 950), ("p99", 990)):
        below = [value for value, _, so_far in lines if so_far < rank]
        enough = [value for value, _, so_far in lines if so_far >= rank]
        assert below[-1] <= latency[name] / 1000 * 1.001
        assert latency[name] / 1000 <= enough[0] * 1.001
    assert f"Total count    = {1000:12}]" in text
    assert f"[Max     = {latency['max'] / 1000:12.3f}" in text
    assert f"[Mean    = {latency['mean'] / 1000:12.3f}" in text
