"""Customer value by BG/NBD and Gamma-Gamma: likelihoods, fit and closed forms.

BG/NBD (Fader, Hardie and Lee 2005, "Counting your customers the easy way"): while alive a customer
buys at a rate of their own, gamma distributed (r, alpha); after each purchase they may drop out
with a chance of their own, beta distributed (a, b). Gamma-Gamma (Fader and Hardie 2013): what is
spent varies around a mean of the customer's own (p, q, v), whatever the rate.

Frequency, recency and T are those of that literature: repeat purchase days, the age at the last
purchase, the age now; all in days. SQL holds the same closed forms; a test compares the two.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import gammaln, hyp2f1

Vector = npt.NDArray[np.float64]

# A weak prior: each parameter is log-normal around a plain guess. It moves nothing that a hundred
# buyers can tell, and keeps a parameter finite that the data cannot: no dropout, no spread.
PRIOR_SPREAD = 2.0
GAP = 1e-6  # expectations have a gap at a = 1 that means nothing: logarithms keep off zero
BUYING_PRIOR = (1.0, 30.0, 1.0, 2.0)
SPENDING_PRIOR = (3.0, 3.0, 1.0)  # v is in units of the mean spend


@dataclass(frozen=True, slots=True)
class Buyers:
    """What is known of each buyer: arrays of one length, in days; spend of repeats, else nan."""

    frequency: Vector
    recency: Vector
    age: Vector
    spend: Vector


@dataclass(frozen=True, slots=True)
class Fit:
    """Parameters at the maximum, and the covariance of their logarithms."""

    values: Vector
    covariance: Vector
    log_likelihood: float


def fit_buying(buyers: Buyers) -> Fit:
    """Fit r, alpha, a, b to the buyers."""
    return _fit(lambda log: buying_log_likelihood(np.exp(log), buyers), BUYING_PRIOR)


def fit_spending(buyers: Buyers) -> Fit:
    """Fit p, q, v to the mean repeat spend of those who bought again for more than nothing."""
    told = (buyers.frequency > 0) & (buyers.spend > 0)
    x, unit = buyers.frequency[told], float(np.mean(buyers.spend[told]))
    spend = buyers.spend[told] / unit
    found = _fit(lambda log: spending_log_likelihood(np.exp(log), x, spend), SPENDING_PRIOR)
    return Fit(found.values * np.array([1.0, 1.0, unit]), found.covariance, found.log_likelihood)


def buying_log_likelihood(parameters: Vector, buyers: Buyers) -> float:
    """Return the log-likelihood of BG/NBD (equation 6 of the paper, summed)."""
    r, alpha, a, b = parameters
    x, recency, age = buyers.frequency, buyers.recency, buyers.age
    common = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
    common += gammaln(a + b) + gammaln(b + x) - gammaln(b) - gammaln(a + b + x)
    still = -(r + x) * np.log(alpha + age)
    left = np.log(a) - np.log(b + np.maximum(x, 1) - 1) - (r + x) * np.log(alpha + recency)
    return float(np.sum(common + np.logaddexp(still, np.where(x > 0, left, -np.inf))))


def spending_log_likelihood(parameters: Vector, x: Vector, spend: Vector) -> float:
    """Return the log-likelihood of Gamma-Gamma for mean spends of x repeats each."""
    p, q, v = parameters
    each = gammaln(p * x + q) - gammaln(p * x) - gammaln(q) + q * np.log(v)
    each += (p * x - 1) * np.log(spend) + p * x * np.log(x) - (p * x + q) * np.log(v + spend * x)
    return float(np.sum(each))


def alive(parameters: Vector, buyers: Buyers) -> Vector:
    """Return the chance that each buyer has not dropped out; 1 for who never bought again."""
    r, alpha, a, b = parameters
    x = buyers.frequency
    odds = a / (b + np.maximum(x, 1) - 1)
    odds = odds * ((alpha + buyers.age) / (alpha + buyers.recency)) ** (r + x)
    return np.where(x > 0, 1 / (1 + odds), 1.0)


def expected_purchases(parameters: Vector, buyers: Buyers, days: float) -> Vector:
    """Return how many purchases each buyer is expected to make in the days to come.

    Equation 10 of the paper, its hypergeometric function turned by Euler's transformation: the
    series then converges fast at every age, which lets SQL hold it too.
    """
    r, alpha, a, b = parameters
    x = buyers.frequency
    z = days / (alpha + buyers.age + days)
    lasting = (1 - z) ** (a - 1) * hyp2f1(a + b - 1 - r, a - 1, a + b + x - 1, z)
    found: Vector = (a + b + x - 1) / (a - 1) * (1 - lasting) * alive(parameters, buyers)
    return found


def expected_spend(parameters: Vector, buyers: Buyers) -> Vector:
    """Return what each buyer is expected to spend on a purchase."""
    p, q, v = parameters
    x = np.where(buyers.spend > 0, buyers.frequency, 0)
    found: Vector = p * (v + x * np.where(x > 0, buyers.spend, 0)) / (p * x + q - 1)
    return found


def _fit(log_likelihood: Callable[[Vector], float], prior: Sequence[float]) -> Fit:
    centre = np.log(np.array(prior))

    def loss(log: Vector) -> float:
        penalty = float(np.sum((log - centre) ** 2)) / (2 * PRIOR_SPREAD**2)
        return penalty - log_likelihood(log)

    bounds = [(middle - 10, middle + 10) for middle in centre]
    starts = [centre, centre + np.array([-1.0, 0.5, -1.0, 1.0])[: len(centre)]]
    options = {"maxiter": 4000, "maxfev": 4000, "xatol": 1e-6, "fatol": 1e-8}
    tried = [
        minimize(loss, start, method="Nelder-Mead", bounds=bounds, options=options)
        for start in starts
    ]
    best = min(tried, key=lambda one: float(one.fun))
    where: Vector = np.asarray(best.x, dtype=np.float64)
    where = np.where(np.abs(where) < GAP, GAP, where)
    covariance: Vector = np.asarray(np.linalg.pinv(_curvature(loss, where)), dtype=np.float64)
    return Fit(np.exp(where), covariance, log_likelihood(where))


def gradient(function: Callable[[Vector], float], where: Vector, step: float = 1e-4) -> Vector:
    """Return the slopes of a function, by central differences."""
    steps = np.eye(len(where)) * step
    return np.array([(function(where + s) - function(where - s)) / (2 * step) for s in steps])


def _curvature(function: Callable[[Vector], float], where: Vector, step: float = 1e-3) -> Vector:
    steps = np.eye(len(where)) * step
    rows = [
        (gradient(function, where + s, step) - gradient(function, where - s, step)) / (2 * step)
        for s in steps
    ]
    found: Vector = np.array(rows)
    return (found + found.T) / 2
