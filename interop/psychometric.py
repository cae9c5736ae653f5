"""The figures of stats' PsychometricTest: scikit-learn's logistic regression, and scipy's optimiser on the likelihood itself.

    pip install scipy scikit-learn && python interop/psychometric.py
"""

import numpy as np
import sklearn
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression

POINTS = [(0.1, 1, 16), (0.3, 4, 16), (0.5, 9, 16), (0.8, 15, 16)]
PRIOR = 100.0


def loss(t):
    a, b = t
    total = (a * a + b * b) / (2 * PRIOR)
    for x, hits, n in POINTS:
        z = a + b * x
        total += n * np.logaddexp(0, z) - hits * z
    return total


print("scipy", minimize(loss, [0, 0], method="BFGS", options={"gtol": 1e-12}).x)

rows, labels = [], []
for x, hits, n in POINTS:
    rows += [[1.0, x]] * n
    labels += [1] * hits + [0] * (n - hits)
model = LogisticRegression(C=PRIOR, fit_intercept=False, tol=1e-12, max_iter=10_000).fit(rows, labels)
print("scikit-learn", sklearn.__version__, model.coef_[0])
