"""The open loop of shootout load: every planned request counts, and its latency runs from its planned time."""

import asyncio
import json
import math
import subprocess
import time

import pytest

from loading import PROGRAM, check_identities, load
from misbehaving import behaviours
from misbehaving.server import Server
from misbehaving.steady import Steady

ARRIVALS = ["constant", "poisson"]


def quantile(values, q):
    """The smallest value that so many of all do not exceed."""
    ordered = sorted(values)
    return ordered[max(math.ceil(q * len(ordered)), 1) - 1]


# ---- how many, and when --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("arrivals", ARRIVALS)
@pytest.mark.parametrize(("connections", "threads"), [(1, 1), (10, 2), (50, 3)])
def test_as_many_as_planned(connections, threads, arrivals):
    rate, seconds = 500, 2
    with Steady() as server:
        document = load(server.url, "-c", connections, "-t", threads, "-R", rate, "--arrivals", arrivals, "-d", f"{seconds}s")
    started = document["requests"]["started"]
    spread = 1 if arrivals == "constant" else 5 * math.sqrt(rate * seconds)
    assert abs(started - rate * seconds) <= spread
    assert document["requests"]["succeeded"] == started == len(server.answered)
    assert document["latency_us"]["count"] == document["service_us"]["count"] == started
    assert document["latency_us"]["mean"] >= document["service_us"]["mean"]
    generator = document["generator"]
    assert generator["offered_rps"] == pytest.approx(started / seconds, rel=0.01)
    assert generator["achieved_rps"] == pytest.approx(generator["offered_rps"], rel=0.005)
    assert generator["lateness_us"]["max"] >= generator["lateness_us"]["p50"]


def test_the_same_seed_plans_the_same_and_another_does_not():
    def started(seed):
        with Steady() as server:
            return load(server.url, "-c", 4, "-R", 400, "-d", "1s", "--seed", seed)["requests"]["started"]

    counts = [started(seed) for seed in (7, 7, 8, 9, 10)]
    assert counts[0] == counts[1]
    assert len(set(counts)) > 1


def gaps(arrivals, rate, seconds):
    """Between the answers that the server gave, which it gives at once."""
    with Steady() as server:
        load(server.url, "-c", 20, "-t", 1, "-R", rate, "--arrivals", arrivals, "-d", f"{seconds}s")
    return [later - earlier for earlier, later in zip(server.answered, server.answered[1:])]


def test_constant_gaps_are_alike():
    found = gaps("constant", 200, 2)
    assert quantile(found, 0.5) == pytest.approx(1 / 200, rel=0.1)
    assert sum(gap < 0.5 / 200 for gap in found) < 0.1 * len(found)


def test_poisson_gaps_are_exponential():
    """Kolmogorov and Smirnov's distance from the exponential distribution, at a level of one in a million."""
    found = sorted(gaps("poisson", 200, 3))
    mean = sum(found) / len(found)
    distance = max(abs((i + 0.5) / len(found) - (1 - math.exp(-gap / mean))) for i, gap in enumerate(found))
    assert mean == pytest.approx(1 / 200, rel=0.2)
    assert distance < math.sqrt(math.log(2e6) / 2 / len(found))


# ---- a server that freezes -----------------------------------------------------------------------------------------


def frozen(connections, arrivals, *, rate, seconds, freeze_s):
    """The document of a load with a freeze in its middle, and when the server answered."""
    with Steady() as server:
        command = [PROGRAM, "load", server.url, "--json", "-c", connections, "-t", 1, "-R", rate, "--arrivals", arrivals, "-d", f"{seconds}s"]
        running = subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, text=True)
        time.sleep(seconds / 2 - freeze_s / 2)
        server.freeze()
        time.sleep(freeze_s)
        server.thaw()
        document = json.loads(running.communicate(timeout=60)[0])
    assert running.returncode in (0, 4), document["reasons"]  # 4: other work kept it late
    check_identities(document)
    assert document["requests"]["succeeded"] == document["requests"]["started"] == len(server.answered)
    return document, server.answered


@pytest.mark.parametrize("connections", [1, 10, 200])
def test_a_freeze_is_in_the_latencies_of_all_that_it_held_up(connections):
    """Within 1 % of what follows from the planned times and from when the server answered, drain included."""
    rate, seconds, freeze_s = 1000, 4, 1.0
    document, answered = frozen(connections, "constant", rate=rate, seconds=seconds, freeze_s=freeze_s)
    # Requests go out in the order of their plan, a gap after the other. No answer can come before its planned time,
    # and outside the freeze they come at once: so the least of these differences is where the plan began.
    began = min(when - i / rate for i, when in enumerate(answered))
    expected = [1e6 * (when - began - i / rate) for i, when in enumerate(answered)]
    assert quantile(expected, 0.9) >= 500_000  # a tenth of all requests: those of the freeze's first 0.4 s
    latency = document["latency_us"]
    for name, q in (("p90", 0.9), ("p95", 0.95), ("p99", 0.99), ("max", 1)):
        assert latency[name] == pytest.approx(quantile(expected, q), rel=0.01), name
    assert latency["mean"] == pytest.approx(sum(expected) / len(expected), rel=0.02)
    # What had been sent before the freeze waited in service; the others waited to be sent, and that counts too.
    assert document["service_us"]["max"] >= 0.99e6 * freeze_s
    held_up = sum(each >= 0.05 * 1e6 for each in expected)
    assert held_up >= 0.9 * rate * freeze_s


@pytest.mark.parametrize("connections", [1, 10, 200])
def test_a_freeze_under_poisson_arrivals(connections):
    """The planned times are not known here: the freeze's length is, and how many came in it but for five sigma."""
    rate, seconds, freeze_s = 1000, 4, 1.0
    document, answered = frozen(connections, "poisson", rate=rate, seconds=seconds, freeze_s=freeze_s)
    silence, thawed = max((later - earlier, later) for earlier, later in zip(answered, answered[1:]))
    assert silence >= freeze_s * 0.99
    latency = document["latency_us"]
    total = len(answered)
    assert latency["max"] == pytest.approx(silence * 1e6, rel=0.01)
    for name, q in (("p90", 0.9), ("p99", 0.99)):
        beyond = total * (1 - q)  # so many waited longer: they were planned in the freeze's first part, of this length
        first_part, sigma = beyond / rate, math.sqrt(beyond) / rate
        drain = answered[min(answered.index(thawed) + round(beyond), total - 1)] - thawed
        expected = silence - first_part + drain
        assert abs(latency[name] / 1e6 - expected) <= 5 * sigma + 0.01 * expected, name


def test_no_connection_is_free_until_the_end():
    """Those that could never be sent are unanswered, and their wait is in the latencies."""
    with Server(behaviours.stalls_after(b"")) as server:
        document = load(server.url, "-c", 2, "-t", 1, "-R", 100, "--arrivals", "constant", "-d", "1s", "--timeout", "1500ms")
    requests = document["requests"]
    assert requests["started"] in range(99, 102)
    assert requests["succeeded"] == requests["completed"] == 0
    assert document["errors"]["timeout"] + requests["unanswered"] == requests["started"]
    assert requests["never_sent"] <= requests["unanswered"]
    assert requests["never_sent"] >= requests["started"] - server.requests
    assert document["latency_us"]["count"] == requests["started"]
    assert document["latency_us"]["max"] >= 1_500_000


def test_a_slow_server_makes_a_queue_that_latency_shows_and_service_does_not():
    """One connection and 50 ms a request carry 20 a second; 40 a second are planned."""
    with Server(behaviours.sleeps(0.05)) as server:
        document = load(server.url, "-c", 1, "-t", 1, "-R", 40, "--arrivals", "constant", "-d", "1s")
    assert document["requests"]["succeeded"] == server.requests == document["requests"]["started"]
    assert document["service_us"]["min"] >= 50_000
    # The last of about 40 waits for 39 others of 50 ms each, and was planned when 1 s had passed.
    assert document["latency_us"]["max"] >= 1e6 * (server.requests * 0.05 - 1)
    assert document["latency_us"]["max"] >= 10 * document["service_us"]["min"]


# ---- stages ----------------------------------------------------------------------------------------------------------


def test_stages_of_rates():
    with Steady() as server:
        document = load(server.url, "-c", 10, "--stages", "100/s:1s,400/s:1s", "--arrivals", "constant")
    stages = document["stages"]
    assert [(stage["from"], stage["to"], stage["level"]) for stage in stages] == [
        (100, 100, "requests_per_second"),
        (400, 400, "requests_per_second"),
    ]
    assert [stage["started"] for stage in stages] == pytest.approx([100, 400], abs=1)
    assert sum(stage["started"] for stage in stages) == document["requests"]["started"] == len(server.answered)


# ---- an independent client -------------------------------------------------------------------------------------------


async def ask(port, count):
    """Latencies, in seconds, of requests one after the other over one connection of asyncio's."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    took = []
    for _ in range(count):
        begun = time.monotonic()
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert await reader.readexactly(len(behaviours.HELLO)) == behaviours.HELLO
        took.append(time.monotonic() - begun)
    writer.close()
    return took


@pytest.mark.parametrize("delay_s", [0.01, 0.05])
def test_latency_and_counts_are_those_of_an_independent_client(delay_s):
    """Both see the server's delay and never less; the server counted all of them."""

    async def clients():
        return await asyncio.gather(*[ask(server.port, 10) for _ in range(4)])

    with Server(behaviours.sleeps(delay_s)) as server:
        theirs = [each for took in asyncio.run(clients()) for each in took]
        assert server.requests == 40 == len(theirs)
        document = load(server.url, "-c", 4, "-t", 2, "-n", 40)
    assert server.requests == 80
    assert document["requests"]["succeeded"] == 40
    latency = document["latency_us"]
    for ours, other in ((latency["min"], min(theirs)), (latency["p50"], quantile(theirs, 0.5)), (latency["mean"], sum(theirs) / 40)):
        assert ours >= 1e6 * delay_s and other >= delay_s
    assert document["first_byte_us"]["min"] >= 1e6 * delay_s
    # Four at a time, ten after the other: the load cannot have been shorter.
    assert document["duration_s"] >= 10 * delay_s
    assert document["generator"]["concurrency_mean"] <= 4.001
