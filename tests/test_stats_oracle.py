"""The statistics of src/stats/ against SciPy's, or a plain NumPy reference where SciPy has none, on many samples."""

import itertools
import json
import math
import pathlib
import subprocess

import numpy
import pytest
from scipy import stats

ROOT = pathlib.Path(__file__).resolve().parents[1]
CONFIDENCES = [0.8, 0.9, 0.95, 0.99, 0.999]


@pytest.fixture(scope="module")
def probe(tmp_path_factory):
    program = tmp_path_factory.mktemp("stats") / "probe"
    sources = [file for file in sorted((ROOT / "src/stats").glob("*.cc")) if not file.name.endswith("_test.cc")]
    subprocess.run(["g++", "-std=c++23", "-O1", "-Isrc", "tests/stats_probe.cc", *sources, "-o", program], cwd=ROOT, check=True)

    def ask(calls):
        """What our functions say, one list a call: (name, argument, ...)."""
        lines = "\n".join(json.dumps([float(a) if isinstance(a, numpy.floating) else a.tolist() if isinstance(a, numpy.ndarray) else a
                                      for a in call]) for call in calls)
        done = subprocess.run([program], input=lines, capture_output=True, text=True, check=True)
        answers = [json.loads(line) for line in done.stdout.splitlines()]
        assert len(answers) == len(calls) > 0
        return answers

    return ask


def close(ours, theirs):
    """Equal to 1e-9 of the value; what is near 0 among values near 1, to 1e-15."""
    assert ours == pytest.approx(theirs, rel=1e-9, abs=1e-15)


def samples(seed, count=200, least=2, most=60, sizes=None):
    """Samples of all kinds: of several shapes, sizes and scales, some with ties."""
    generator = numpy.random.default_rng(seed)
    shapes = [
        lambda n: generator.normal(0.05, 0.1, n),
        lambda n: generator.standard_t(2, n),
        lambda n: generator.lognormal(0, 1, n),
        lambda n: generator.uniform(-1, 1, n) * 1e-3,
        lambda n: 5 + generator.normal(0, 1, n),
        lambda n: generator.integers(-3, 4, n) / 8,
        lambda n: numpy.cumsum(generator.normal(0, 1, n)),
    ]
    drawn = []
    while len(drawn) < count:
        n = int(generator.choice(sizes)) if sizes else int(generator.integers(least, most + 1))
        values = shapes[len(drawn) % len(shapes)](n)
        if n == 1 or numpy.ptp(values) > 0:
            drawn.append(values)
    return drawn


def test_students_distribution(probe):
    generator = numpy.random.default_rng(1)
    degrees = numpy.concatenate([generator.integers(1, 60, 300), generator.uniform(1, 500, 300)])
    p = numpy.concatenate([generator.uniform(0, 1, 300), 10 ** generator.uniform(-8, -0.4, 300)])
    t = generator.standard_t(2, 600)
    for ours, theirs in zip(probe([("t_quantile", a, b) for a, b in zip(p, degrees)]), stats.t.ppf(p, degrees)):
        close(ours, [theirs])
    for ours, theirs in zip(probe([("t_cdf", a, b) for a, b in zip(t, degrees)]), stats.t.cdf(t, degrees)):
        close(ours, [theirs])


def test_the_normal_distribution(probe):
    generator = numpy.random.default_rng(2)
    p = numpy.concatenate([generator.uniform(0, 1, 500), 10 ** generator.uniform(-300, -1, 500), 1 - 10 ** generator.uniform(-15, -1, 100)])
    z = generator.normal(0, 4, 500)
    for ours, theirs in zip(probe([("normal_quantile", a) for a in p]), stats.norm.ppf(p)):
        close(ours, [theirs])
    for ours, theirs in zip(probe([("normal_cdf", a) for a in z]), stats.norm.cdf(z)):
        close(ours, [theirs])


@pytest.mark.parametrize("confidence", CONFIDENCES)
def test_the_mean_and_its_interval(probe, confidence):
    drawn = samples(3)
    for values, ours in zip(drawn, probe([("mean", each, confidence) for each in drawn])):
        theirs = stats.ttest_1samp(values, 0).confidence_interval(confidence)
        close(ours, [numpy.mean(values), theirs.low, theirs.high, len(values)])


@pytest.mark.parametrize("confidence", CONFIDENCES)
def test_paired_ratios(probe, confidence):
    generator = numpy.random.default_rng(4)
    drawn = [(generator.lognormal(3, 0.3, n), generator.lognormal(2, 0.5, n)) for n in generator.integers(3, 40, 200)]
    for (x, y), ours in zip(drawn, probe([("paired_ratio", x, y, confidence) for x, y in drawn])):
        theirs = stats.ttest_rel(numpy.log(x), numpy.log(y)).confidence_interval(confidence)
        close(ours, [stats.gmean(x / y), math.exp(theirs.low), math.exp(theirs.high), len(x)])


@pytest.mark.parametrize("mean", [0, 0.05, -1])
def test_the_one_sample_t_test(probe, mean):
    drawn = samples(5)
    for values, ours in zip(drawn, probe([("t_test", each, mean) for each in drawn])):
        close(ours, [stats.ttest_1samp(values, mean).pvalue])


@pytest.mark.parametrize("confidence", CONFIDENCES)
def test_welch(probe, confidence):
    pairs = list(zip(samples(6), samples(7)[1:] + samples(8, 1)))
    for (x, y), ours in zip(pairs, probe([("welch", x, y, confidence) for x, y in pairs])):
        theirs = stats.ttest_ind(x, y, equal_var=False)
        interval = theirs.confidence_interval(confidence)
        close(ours, [numpy.mean(x) - numpy.mean(y), interval.low, interval.high, theirs.df])


def test_medians_and_trimmed_means(probe):
    drawn = samples(9, least=1)
    for values, ours in zip(drawn, probe([("median", each) for each in drawn])):
        close(ours, [numpy.median(values)])
    for cut in (0, 0.05, 0.1, 0.2, 0.25, 0.45):
        for values, ours in zip(drawn, probe([("trimmed_mean", each, cut) for each in drawn])):
            close(ours, [stats.trim_mean(values, cut)])


def test_a_replicates_estimate(probe):
    drawn = samples(10, sizes=[10, 20, 30])
    for values, ours in zip(drawn, probe([("replicate_estimate", each) for each in drawn])):
        close(ours, [stats.trim_mean(values, 0.1)])


def walsh_averages(values):
    return numpy.sort([(a + b) / 2 for a, b in itertools.combinations_with_replacement(values, 2)])


def test_hodges_and_lehmann(probe):
    drawn = samples(11, least=1, most=80)
    for values, ours in zip(drawn, probe([("hodges_lehmann", each, 0.95) for each in drawn])):
        close(ours[0], numpy.median(walsh_averages(values)))


@pytest.mark.parametrize("confidence", CONFIDENCES)
def test_the_signed_rank_interval_is_that_of_the_exact_test(probe, confidence):
    """By inversion: values shifted to just inside the interval's ends are not rejected by SciPy's exact test, and to
    just outside are."""
    drawn = [values for values in samples(12, 60, most=50) if len(set(walsh_averages(values))) == len(values) * (len(values) + 1) // 2]
    assert len(drawn) > 30
    alpha = 1 - confidence
    for values, (_, low, high, n) in zip(drawn, probe([("hodges_lehmann", each, confidence) for each in drawn])):
        averages = walsh_averages(values)
        assert (low is None) == (2 * 0.5**n > alpha)
        if low is None:
            continue
        gap = numpy.min(numpy.diff(averages)) / 3
        for end, inwards in ((low, 1), (high, -1)):
            p = [stats.wilcoxon(values - (end + side * inwards * gap), method="exact").pvalue for side in (-1, 1)]
            assert p[0] <= alpha < p[1], (n, p)


def signed_rank_quantile(n, confidence):
    """From the distribution itself, counted in whole numbers."""
    ways = {0: 1}
    for rank in range(1, n + 1):
        more = dict(ways)
        for total, count in ways.items():
            more[total + rank] = more.get(total + rank, 0) + count
        ways = more
    k, below = 0, 0
    while (below := below + ways[k]) <= (1 - confidence) / 2 * 2**n:
        k += 1
    return k


@pytest.mark.parametrize("confidence", CONFIDENCES)
def test_the_signed_rank_interval_for_every_size_up_to_50(probe, confidence):
    drawn = [values for n in range(1, 51) for values in samples(100 + n, 3, sizes=[n])]
    for values, ours in zip(drawn, probe([("hodges_lehmann", each, confidence) for each in drawn])):
        averages, k = walsh_averages(values), signed_rank_quantile(len(values), confidence)
        theirs = [averages[k - 1], averages[-k]] if k else [None, None]
        assert ours[1:3] == theirs if not k else ours[1:3] == pytest.approx(theirs, rel=1e-9, abs=1e-15)


@pytest.mark.parametrize("n", [51, 70, 120])
def test_the_signed_rank_interval_of_many_is_nearly_exact(probe, n):
    """The normal approximation's rank lies within one of the exact one."""
    for values in samples(13, 7, sizes=[n]):
        averages, k = walsh_averages(values), signed_rank_quantile(n, 0.95)
        low, high = probe([("hodges_lehmann", values, 0.95)])[0][1:3]
        assert averages[k - 2] <= low <= averages[k]
        assert averages[-k - 1] <= high <= averages[-k + 1]


def test_two_one_sided_tests(probe):
    drawn = samples(14, 400)
    generator = numpy.random.default_rng(15)
    calls, wanted = [], []
    for values in drawn:
        level = float(generator.choice([0.01, 0.025, 0.05, 0.1]))
        error = stats.sem(values)
        margin = abs(numpy.mean(values)) + error * generator.uniform(0, 5)
        above = stats.ttest_1samp(values, -margin, alternative="greater").pvalue
        below = stats.ttest_1samp(values, margin, alternative="less").pvalue
        assert abs(max(above, below) - level) > 1e-9
        calls.append(("equivalent", values, margin, level))
        wanted.append([bool(max(above, below) <= level)])
    assert probe(calls) == wanted
    assert 50 < sum(each[0] for each in wanted) < 350


def holm_rejects(p_values, alpha):
    """Holm 1979, as adjusted p-values: the running maximum of (m - i) p_(i)."""
    order = numpy.argsort(p_values, kind="stable")
    adjusted, highest = numpy.empty(len(p_values)), 0.0
    for i, index in enumerate(order):
        highest = max(highest, (len(p_values) - i) * p_values[index])
        adjusted[index] = highest
    return (adjusted <= alpha).tolist()


def test_holm(probe):
    generator = numpy.random.default_rng(16)
    drawn = [generator.uniform(0, 1, m) ** generator.choice([1, 3, 6]) for m in generator.integers(1, 16, 400)]
    rejected = 0
    for p_values, levels in zip(drawn, probe([("holm_levels", each, 0.05) for each in drawn])):
        wanted = holm_rejects(p_values, 0.05)
        assert [bool(p <= level) for p, level in zip(p_values, levels)] == wanted
        rejected += sum(wanted)
        # The first that is not rejected gives all that follow their level.
        kept = {round(level, 12) for level, reject in zip(levels, wanted) if not reject}
        assert kept <= {round(0.05 / (len(p_values) - sum(wanted)), 12) if sum(wanted) < len(p_values) else None}
    assert rejected > 300


def test_the_minimal_detectable_effect(probe):
    drawn = samples(17)
    for values, ours in zip(drawn, probe([("minimal_detectable", each) for each in drawn])):
        close(ours, [(stats.t.ppf(0.975, len(values) - 1) + stats.t.ppf(0.8, len(values) - 1)) * stats.sem(values)])


def test_the_precision_and_what_it_takes(probe):
    drawn = samples(18, 150, most=30)
    for values, ours in zip(drawn, probe([("precision_of", each, 0.95) for each in drawn])):
        close(ours, [math.expm1(stats.t.ppf(0.975, len(values) - 1) * stats.sem(values))])
    generator = numpy.random.default_rng(19)
    wanted = [float(numpy.std(values, ddof=1) * 10 ** generator.uniform(-1, 1)) for values in drawn]
    for values, half_width, ours in zip(drawn, wanted, probe([("values_needed", v, w, 0.95) for v, w in zip(drawn, wanted)])):
        n = numpy.arange(2, 2000)
        widths = stats.t.ppf(0.975, n - 1) * numpy.std(values, ddof=1) / numpy.sqrt(n)
        assert ours == [int(n[numpy.argmax(widths <= half_width)])]


def mann_kendall_variance(values):
    """Var(S) from its definition instead of the textbook's sum: the variance of sum sign(x_j - x_i) over all orders in
    time, of which the covariances of pairs of differences that share a value are all there is."""
    ranks = stats.rankdata(values)
    n = len(ranks)
    signs = numpy.sign(ranks[:, None] - ranks[None, :])
    total, squares = 0.0, float((signs**2).sum())  # over ordered pairs (a, b)
    rows = signs.sum(axis=1)
    shared = float((rows**2).sum()) - squares  # over ordered triples: sum sign(a - b) sign(a - c)
    if n > 1:
        total += n * (n - 1) / 2 * squares / (n * (n - 1))
    if n > 2:
        # Of pairs (i < j), (k < l) that share one index: with both earlier or both later the product has this mean,
        # with one earlier and one later its negative. n choose 3 triples have 6 ordered pairs of pairs: 4 alike, 2 not.
        total += n * (n - 1) * (n - 2) / 6 * (4 - 2) * shared / (n * (n - 1) * (n - 2))
    return total


def test_trends(probe):
    drawn = samples(20, 300, least=3, most=60)
    for values, (s, variance, p) in zip(drawn, probe([("trend_of", each) for each in drawn])):
        n = len(values)
        # tau-b = S / sqrt((n0 - ties in time) (n0 - ties in value))
        ties = sum(count * (count - 1) / 2 for count in numpy.unique(values, return_counts=True)[1])
        pairs = n * (n - 1) / 2
        tau = stats.kendalltau(numpy.arange(n), values)
        close(s / math.sqrt(pairs * (pairs - ties)), tau.statistic)
        close(variance, mann_kendall_variance(values))
        close(p, min(1.0, 2 * stats.norm.sf((abs(s) - 1) / math.sqrt(variance))))
        if n > 30 and ties == 0:  # SciPy's own p-value lacks the continuity correction
            theirs = stats.kendalltau(numpy.arange(n), values, method="asymptotic").pvalue
            close(2 * stats.norm.sf(abs(s) / math.sqrt(variance)), theirs)


def mser_reference(values, batch):
    count = len(values) // batch
    if len(values) < 10 or count < 2:
        return None
    means = numpy.asarray(values)[: count * batch].reshape(count, batch).mean(axis=1)
    kept = max(math.ceil(count / 3), 3)
    errors = [numpy.var(means[cut:]) / (count - cut) for cut in range(max(count - kept, 0) + 1)]
    best = int(numpy.argmin(errors)) * batch
    return best if 2 * best <= len(values) else None


@pytest.mark.parametrize("batch", [1, 5, 7])
def test_mser(probe, batch):
    generator = numpy.random.default_rng(21)
    drawn = samples(22, 200, least=2, most=150)
    for _ in range(300):
        n = int(generator.integers(10, 300))
        climb = 1 - numpy.exp(-numpy.arange(n) / generator.uniform(1, n))
        drawn.append(100 * climb ** generator.uniform(0.2, 2) + generator.normal(0, generator.uniform(0.1, 10), n))
    wanted = [mser_reference(values, batch) for values in drawn]
    assert probe([("mser", values, batch) for values in drawn]) == [[each] for each in wanted]
    assert 20 < sum(each is None for each in wanted) and 20 < sum(bool(each) for each in wanted)
