"""Fit what customers are worth: parameters are artefacts in the lake, and SQL applies them.

A fit stands as one Parquet row under its model's name and version and the moment up to which the
purchases are counted: the last Monday, so that the runs of a week stand on the same fit. What a
customer did since then counts all the same, because the closed forms are applied anew. With too few
repeat buyers the artefact says so and holds no parameters. Each fit is tried on days held out:
fitted without them, it foretells their purchases, and what really came is counted beside that.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from extract.lake import committed
from extract.source import STAMP

if TYPE_CHECKING:
    from ops.value_model import Buyers, Fit, Vector

MODEL_NAME, MODEL_VERSION = "bgnbd_gamma_gamma", "2"
HELD_OUT_DAYS = 30
MIN_REPEAT_BUYERS = 30
Z = 1.96  # standard errors of a 95 % interval
NUMBERS = (
    *("r", "alpha", "a", "b", "p", "q", "v", "buying_log_likelihood", "spending_log_likelihood"),
    *("held_out_expected_count", "held_out_gap_per_buyer", "held_out_gap_low", "held_out_gap_high"),
    *("held_out_spend_gap_amount", "held_out_spend_gap_low", "held_out_spend_gap_high"),
)
COUNTS = ("buyer_count", "repeat_buyer_count", "held_out_buyer_count", "held_out_purchase_count")
SCHEMA = pa.schema(
    [
        ("model_name", pa.string()),
        ("model_version", pa.string()),
        ("fitted_as_of_at", pa.timestamp("us")),
        ("status_type", pa.string()),
        ("held_out_days", pa.int64()),
        *[(name, pa.int64()) for name in COUNTS],
        *[(name, pa.float64()) for name in NUMBERS],
        ("log_covariance", pa.list_(pa.float64())),
    ]
)
SUMMARY = """
with days as (
    select customer_key, purchased_on, sum(revenue_amount) as spend
    from intermediate.int_purchases where purchased_on < $cut
    group by customer_key, purchased_on
),
numbered as (
    select *, row_number() over (partition by customer_key order by purchased_on) as number
    from days
),
later as (
    select
        customer_key, count(distinct purchased_on) as came,
        sum(revenue_amount) / count(distinct purchased_on) as spent
    from intermediate.int_purchases where purchased_on >= $cut and purchased_on < $until
    group by customer_key
)
select
    cast(count(*) - 1 as double) as frequency,
    cast(max(purchased_on) - min(purchased_on) as double) as recency,
    cast($cut - min(purchased_on) as double) as age,
    coalesce(avg(case when number > 1 then spend end), 'nan'::double) as spend,
    cast(coalesce(max(came), 0) as double) as came,
    coalesce(max(spent), 'nan'::double) as spent
from numbered left join later using (customer_key)
group by customer_key order by customer_key
"""


def path_of(enrichment: Path, as_of: datetime) -> Path:
    """Return where the fit of this model and version to the purchases before a moment stands."""
    folder = enrichment / "value" / f"{MODEL_NAME}-{MODEL_VERSION}"
    return folder / f"{as_of.strftime(STAMP)}.parquet"


def due(enrichment: Path, as_of: datetime) -> datetime | None:
    """Return the last Monday up to a moment, if no fit counts the purchases before it."""
    monday = datetime.combine(as_of.date() - timedelta(days=as_of.weekday()), time.min, UTC)
    return None if path_of(enrichment, monday).exists() else monday


def fit_value(warehouse: Path, enrichment: Path, as_of: datetime, now: datetime) -> bool:
    """Fit to the purchases before a moment and keep the parameters; tell if there were enough."""
    row = fitted(warehouse, as_of)
    with committed(path_of(enrichment, as_of), now) as file:
        pq.write_table(pa.Table.from_pylist([row], SCHEMA), file, compression="zstd")
    return bool(row["status_type"] == "fitted")


def fitted(warehouse: Path, as_of: datetime) -> dict[str, Any]:
    """Return the artefact's row: parameters, and how the days held out were foretold."""
    from ops import value_model as model  # noqa: PLC0415  (scipy takes a second to import)

    buyers, *_ = summary(warehouse, as_of, as_of)
    repeat = int(np.sum(buyers.frequency > 0))
    row: dict[str, Any] = dict.fromkeys((*NUMBERS, *COUNTS)) | {
        "model_name": MODEL_NAME,
        "model_version": MODEL_VERSION,
        "fitted_as_of_at": as_of.replace(tzinfo=None),
        "status_type": "fitted",
        "held_out_days": HELD_OUT_DAYS,
        "buyer_count": len(buyers.frequency),
        "repeat_buyer_count": repeat,
        "log_covariance": None,
    }
    if repeat < MIN_REPEAT_BUYERS or not np.sum(buyers.spend > 0):
        return row | {"status_type": "too_few_repeat_buyers"}
    buying, spending = model.fit_buying(buyers), model.fit_spending(buyers)
    row |= dict(zip(NUMBERS, [*buying.values, *spending.values], strict=False))
    row["buying_log_likelihood"] = buying.log_likelihood
    row["spending_log_likelihood"] = spending.log_likelihood
    row["log_covariance"] = buying.covariance.ravel().tolist()
    return row | held_out(warehouse, as_of)


def held_out(warehouse: Path, as_of: datetime) -> dict[str, Any]:
    """Fit without the last days, foretell them and count what came; nothing with too few buyers.

    One gap is purchases per buyer that came beyond those expected, the other what who came spent on
    a purchase beyond what was expected of them. An interval adds two variances: of buyers around
    their expectation, taken from the buyers themselves, and of the parameters.
    """
    from ops import value_model as model  # noqa: PLC0415  (scipy takes a second to import)

    cut = as_of - timedelta(days=HELD_OUT_DAYS)
    buyers, came, spent = summary(warehouse, cut, as_of)
    if np.sum(buyers.frequency > 0) < MIN_REPEAT_BUYERS or not np.sum(buyers.spend > 0):
        return {}
    buying, spending = model.fit_buying(buyers), model.fit_spending(buyers)

    def purchases(parameters: Vector) -> Vector:
        return model.expected_purchases(parameters, buyers, HELD_OUT_DAYS)

    def spend(parameters: Vector) -> Vector:
        return model.expected_spend(parameters, buyers)[came > 0]

    found = {
        "held_out_buyer_count": len(came),
        "held_out_purchase_count": int(came.sum()),
        "held_out_expected_count": float(purchases(buying.values).sum()),
    }
    gaps = [("held_out_gap", "per_buyer", came, purchases, buying)]
    if np.sum(came > 0) > 1:
        gaps.append(("held_out_spend_gap", "amount", spent[came > 0], spend, spending))
    for name, unit, seen, expected, fit in gaps:
        gap, low, high = _gap(seen, expected, fit)
        found |= {f"{name}_{unit}": gap, f"{name}_low": low, f"{name}_high": high}
    return found


def summary(warehouse: Path, cut: datetime, until: datetime) -> tuple[Buyers, Vector, Vector]:
    """Return the buyers as known at a cut; from then on, the days of each, and spend a day."""
    from ops.value_model import Buyers  # noqa: PLC0415  (scipy takes a second to import)

    with duckdb.connect(str(warehouse), read_only=True) as con:
        days = {"cut": cut.date(), "until": until.date()}
        found = con.execute(SUMMARY, days).fetchnumpy()
    values = [np.asarray(found[name], dtype=np.float64) for name in found]
    return Buyers(*values[:4]), values[4], values[5]


def _gap(
    seen: Vector, expected: Callable[[Vector], Vector], fit: Fit
) -> tuple[float, float, float]:
    """Return the mean of what was seen beyond what was expected, and its interval of 95 %."""
    from ops import value_model as model  # noqa: PLC0415  (scipy takes a second to import)

    beyond = seen - expected(fit.values)
    slopes = model.gradient(lambda log: float(np.mean(expected(np.exp(log)))), np.log(fit.values))
    variance = np.var(beyond) / len(beyond) + slopes @ fit.covariance @ slopes
    gap, margin = float(np.mean(beyond)), Z * float(np.sqrt(variance))
    return gap, gap - margin, gap + margin
