"""The figures of stats' PeersTest: Wilson, Holm and power by statsmodels, clustered t by statsmodels' OLS, normal and sign test by scipy.

    pip install -r requirements-statistics.txt && python statistics_golden.py

Writes stats/src/test/resources/golden/statistics.csv, or to --out. Lines are of a kind, then numbers; see PeersTest.
"""

import argparse
import pathlib

import numpy as np
import scipy
import statsmodels
import statsmodels.api as sm
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import TTestPower
from statsmodels.stats.proportion import proportion_confint

HERE = pathlib.Path(__file__).resolve().parent
OUT = HERE.parent / "stats/src/test/resources/golden/statistics.csv"


def lines():
    yield "versions", f"numpy {np.__version__}", f"scipy {scipy.__version__}", f"statsmodels {statsmodels.__version__}"
    for hits, n in [(0, 16), (1, 16), (3, 16), (8, 16), (16, 16), (5, 7), (120, 896), (895, 896), (1, 1)]:
        for level in (0.9, 0.95, 0.99):
            low, high = proportion_confint(hits, n, alpha=1 - level, method="wilson")
            yield "wilson", hits, n, level, low, high
    draw = np.random.default_rng(9)
    for size in (1, 2, 5, 12):
        p = np.round(draw.uniform(0, 0.2, size), 6)
        yield "holm", size, *p, *multipletests(p, method="holm")[1]
    ties = [0.01, 0.04, 0.03, 0.03, 1.0, 0.0]
    yield "holm", len(ties), *ties, *multipletests(ties, method="holm")[1]
    for clusters, most in [(5, 1), (14, 4), (14, 16), (56, 16)]:
        groups = [draw.integers(1, most + 1) for _ in range(clusters)]
        values = [np.round(draw.normal(0.2 + draw.normal(0, 0.5), 1, g), 6) for g in groups]
        y = np.concatenate(values)
        label = np.repeat(np.arange(clusters), groups)
        fit = sm.OLS(y, np.ones_like(y)).fit(
            cov_type="cluster", cov_kwds={"groups": label, "df_correction": True}, use_t=True)
        low, high = fit.conf_int(0.05)[0]
        flat = [x for g in values for x in (len(g), *g)]
        yield "clustered", clusters, *flat, fit.params[0], fit.bse[0], low, high, fit.pvalues[0]
    for x in (-8.0, -3.3, -1.96, -0.1, 0.0, 0.7, 2.5, 6.0):
        yield "normal", x, stats.norm.cdf(x)
    for up, down in [(0, 0), (1, 0), (3, 9), (7, 7), (14, 0), (20, 36)]:
        yield "signs", up, down, stats.binomtest(up, up + down).pvalue if up + down else 1.0
    for n in (5, 14, 28, 56):
        d = TTestPower().solve_power(nobs=n, alpha=0.05, power=0.8, alternative="two-sided")
        yield "power", n, d


parser = argparse.ArgumentParser()
parser.add_argument("--out", type=pathlib.Path, default=OUT)
out = parser.parse_args().out
out.parent.mkdir(parents=True, exist_ok=True)
def text(v):
    return v if isinstance(v, str) else repr(int(v)) if isinstance(v, (int, np.integer)) else repr(float(v))
out.write_text("".join(",".join(text(v) for v in line) + "\n" for line in lines()))
print(out)
