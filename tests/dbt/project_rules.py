"""The rules of the dbt project, over its manifest: each gives the breaches, and says what to do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from statistics import median
from typing import Any

Manifest = dict[str, Any]
Node = dict[str, Any]

MAX_LINES, MEDIAN_LINES = 120, 40
READABLE = {
    "staging": {"source"},
    "intermediate": {"staging", "intermediate", "seed"},
    "marts": {"staging", "intermediate", "seed"},
}
# Scores come into being after staging was built, so the model that reads them is no staging model.
READS_THE_LAKE_LATE = {
    "int_texts_scored",
    "int_texts_scrubbed",
    "int_value_fits",
    "int_identity_pairs",
    "int_identity_decisions",
}
NAMES = {
    "staging": r"stg_[a-z0-9]+(_[a-z0-9]+)*__[a-z0-9_]+",
    "intermediate": r"int_[a-z0-9_]+",
    "marts": r"(bridge|pii|dim|fct|agg)_[a-z_]+|identity_(resolution|review_queue)",
}
# One row per stream or customer, as of the release.
AGGREGATES_WITHOUT_PERIOD = {
    "agg_advocates",
    "agg_freshness",
    "agg_mart_trust",
    "agg_brand_post_risk",
    "agg_customers_value",
    "agg_channel_paths",
    "agg_issue_effort",
    "agg_goal_scorecard",
    "agg_it_incident_impact",
    *("agg_audience_members", "agg_audience_uplift", "agg_search_leads"),
    "agg_nps_recovery",
}
GRAINS = ("_daily", "_weekly", "_monthly", "_hourly")
HEADS = ("*Key:*", "*Assumes:*", "*Beware:*")
ENGINE_ONLY = {
    r"::": "cast(x as t)",
    r"\bgroup by all\b": "the columns by name",
    r"\border by all\b": "the columns by name",
    r"\bqualify\b": "row_number in a subquery",
    r"\bdistinct on\b": "row_number in a subquery",
    r"\bilike\b": "lower() and like",
    r"\basof\b": "a join on a range",
    r"\b(exclude|replace)\s*\(\s*[a-z_]+\s*\)\s*(from|,)": "the columns by name",
    r"\b(arg_max|arg_min|unnest|list_[a-z]+|strftime|strptime|epoch|date_diff|isodow|glob"
    r"|read_parquet|quantile_cont|make_timestamp|struct_extract|generate_series|range)\s*\(": (
        "a macro of macros/ that is dispatched by engine"
    ),
}
PERSONAL_NAMES = re.compile(
    r"(?!is_|has_|was_)(.*_)?(email|phone|first_name|last_name|user_name|username|comment|text|description|subject"
    r"|customer_number|author_id|web_client_id)"
)
# Texts of ours, not of people.
NOT_PERSONAL = {"formula_text", "source_text", "expected_text", "reason_text"}
# A case or a window that a unit test cannot reach: which test shows it instead.
SHOWN_ELSEWHERE = {
    # A calendar of whole years: a unit test would have to list each of its days.
    "int_business_days": "tests/dbt/test_service.py",
}
SUFFIXES = {"boolean": ("is_", "has_", "was_"), "timestamp": ("_at",), "date": ("_on", "_month")}


def layer(node: Node) -> str:
    """Return the layer of a node: source, seed, or the first folder of a model."""
    if node["resource_type"] != "model":
        return str(node["resource_type"])
    return str(node["path"]).split("/", 1)[0]


def models(manifest: Manifest, *layers: str) -> Iterator[Node]:
    """Yield the models of the layers; of all when none is named."""
    for node in manifest["nodes"].values():
        if node["resource_type"] == "model" and (not layers or layer(node) in layers):
            yield node


def tests(manifest: Manifest) -> Iterator[Node]:
    """Yield the data tests."""
    return (n for n in manifest["nodes"].values() if n["resource_type"] == "test")


def sql_only(code: str) -> str:
    """Return a model's SQL without comments and without what macros write."""
    for pattern in (r"\{#.*?#\}", r"\{\{.*?\}\}", r"\{%.*?%\}"):
        code = re.sub(pattern, " ", code, flags=re.DOTALL)
    return re.sub(r"--[^\n]*", "", code).lower()


def wrong_layers(manifest: Manifest) -> list[str]:
    """Find models that read upward, sideways among marts, or past staging."""
    known = {**manifest["nodes"], **manifest["sources"]}
    found = []
    for node in models(manifest):
        allowed = set(READABLE[layer(node)])
        if node["name"] in READS_THE_LAKE_LATE:
            allowed.add("source")
        for parent in node["depends_on"]["nodes"]:
            if layer(known[parent]) not in allowed:
                found.append(
                    f"{node['name']} ({layer(node)}) reads {known[parent]['name']}"
                    f" ({layer(known[parent])}): allowed are {', '.join(sorted(allowed))}"
                )
    return found


def wrong_readers(manifest: Manifest) -> list[str]:
    """Find exposures that read anything but marts."""
    return [
        f"{exposure['name']} reads {parent}: BI reads marts only"
        for exposure in manifest["exposures"].values()
        for parent in exposure["depends_on"]["nodes"]
        if layer(manifest["nodes"][parent]) != "marts"
    ]


def wrong_names(manifest: Manifest) -> list[str]:
    """Find models, tests and YAML files that are not named as conventions.md says."""
    found = []
    for node in models(manifest):
        name = node["name"]
        if not re.fullmatch(NAMES[layer(node)], name):
            found.append(f"{name}: a model of {layer(node)} is named {NAMES[layer(node)]}")
        if (
            name.startswith("agg_")
            and name not in AGGREGATES_WITHOUT_PERIOD
            and not name.endswith(GRAINS)
        ):
            found.append(f"{name}: the grain of an aggregate is in its name, like _daily")
        folder = node["path"].split("/")[-2]
        patch = (node["patch_path"] or "").rsplit("/", 1)[-1]
        if patch and not re.fullmatch(rf"_{folder}__([a-z]+_)?models\.yml", patch):
            found.append(f"{name}: describe it in _{folder}__models.yml, not in {patch}")
    for node in tests(manifest):
        if not node.get("test_metadata") and not node["name"].startswith("assert_"):
            found.append(f"{node['name']}: a singular test is assert_<sentence>")
    for test in manifest["unit_tests"].values():
        if not test["name"].startswith(f"{test['model']}__"):
            found.append(f"{test['name']}: a unit test is {test['model']}__<behaviour>")
    return found


def too_long(manifest: Manifest) -> list[str]:
    """Find models beyond the limit of lines, or all of them when half say more than they should."""
    sizes = [statements(node["raw_code"]) for node in models(manifest)]
    if (middle := median(sizes)) > MEDIAN_LINES:
        return [f"the median model has {middle:g} lines of SQL; {MEDIAN_LINES} are the limit"]
    return [
        f"{node['name']}: {lines} lines; split it below {MAX_LINES}"
        for node in models(manifest)
        if (lines := len(node["raw_code"].splitlines())) > MAX_LINES
    ]


def statements(sql: str) -> int:
    """Count the lines that are neither empty nor begin with a comment."""
    lines = (line.strip() for line in sql.splitlines())
    return sum(bool(line) and not line.startswith(("--", "{#")) for line in lines)


def wrong_shape(manifest: Manifest) -> list[str]:
    """Find models that do not begin with their grain, or do not end in `final`."""
    found = []
    for node in models(manifest):
        lines = node["raw_code"].strip().splitlines()
        if not lines[0].startswith("-- One row"):
            found.append(f"{node['name']}: the first line says `-- One row per …`")
        if lines[-1] != "select * from final":
            found.append(f"{node['name']}: the last line is `select * from final`")
        last_step = sql_only(node["raw_code"]).rsplit("final as (", 1)[-1]
        listed = re.split(r"\bfrom\b", last_step, maxsplit=1)[0]
        if layer(node) == "marts" and re.search(r"(select|[.,])\s*\*", listed):
            found.append(f"{node['name']}: the final step of a mart lists its columns")
    return found


def without_contract(manifest: Manifest) -> list[str]:
    """Find marts whose contract is not enforced."""
    return [
        f"{node['name']}: enforce its contract"
        for node in models(manifest, "marts")
        if not node["config"]["contract"]["enforced"]
    ]


def undescribed(manifest: Manifest) -> list[str]:
    """Find marts, and columns of marts, without the words that a reader needs."""
    found = []
    for node in models(manifest, "marts"):
        text = node["description"]
        if not text.startswith("One row per"):
            found.append(f"{node['name']}: its description begins with `One row per`")
        found += [f"{node['name']}: its description lacks {h}" for h in HEADS if h not in text]
        found += [
            f"{node['name']}.{column['name']}: describe the column"
            for column in node["columns"].values()
            if not column["description"].strip()
        ]
    return found


def without_key_test(manifest: Manifest) -> list[str]:
    """Find marts of which no test says what tells their rows apart."""
    keyed = {
        node["attached_node"]
        for node in tests(manifest)
        if (node.get("test_metadata") or {}).get("name") in {"unique", "is_unique_together"}
    }
    return [
        f"{node['name']}: test its key with unique or is_unique_together"
        for node in models(manifest, "marts")
        if node["unique_id"] not in keyed
    ]


def without_arithmetic_test(manifest: Manifest) -> list[str]:
    """Find marts that no singular test reads."""
    tied = {
        parent
        for node in tests(manifest)
        if not node.get("test_metadata")
        for parent in node["depends_on"]["nodes"]
    }
    return [
        f"{node['name']}: tie its numbers to another's in tests/assert_<sentence>.sql"
        for node in models(manifest, "marts")
        if node["unique_id"] not in tied
    ]


def without_reader(manifest: Manifest) -> list[str]:
    """Find marts that no exposure names."""
    read = {
        parent
        for exposure in manifest["exposures"].values()
        for parent in exposure["depends_on"]["nodes"]
    }
    return [
        f"{node['name']}: name who reads it in models/marts/_marts__exposures.yml"
        for node in models(manifest, "marts")
        if node["unique_id"] not in read
    ]


def without_unit_test(manifest: Manifest) -> list[str]:
    """Find models that decide by a case or look along a window, and have no unit test."""
    tested = {test["model"] for test in manifest["unit_tests"].values()} | SHOWN_ELSEWHERE.keys()
    return [
        f"{node['name']}: it holds `{found[0]}`; show what it decides in a unit test"
        for node in models(manifest, "intermediate", "marts")
        if (found := re.search(r"\b(case|over|window)\b", sql_only(node["raw_code"])))
        and node["name"] not in tested
    ]


def personal_columns(manifest: Manifest) -> dict[str, list[str]]:
    """Return the columns of marts marked as personal data, by mart."""
    found: dict[str, list[str]] = {}
    for node in models(manifest, "marts"):
        for column in node["columns"].values():
            if {**column["meta"], **column["config"].get("meta", {})}.get("personal"):
                found.setdefault(node["name"], []).append(column["name"])
    return {mart: sorted(columns) for mart, columns in sorted(found.items())}


def unmarked_personal(manifest: Manifest) -> list[str]:
    """Find columns of marts that look personal and are not marked so."""
    marked = personal_columns(manifest)
    return [
        f"{node['name']}.{name}: leave it out of the marts, or mark it meta: {{personal: true}}"
        for node in models(manifest, "marts")
        for name in node["columns"]
        if PERSONAL_NAMES.fullmatch(name)
        and name not in NOT_PERSONAL
        and name not in marked.get(node["name"], [])
    ]


def engine_specific(manifest: Manifest) -> list[str]:
    """Find SQL that only one engine understands, in models and in macros for all engines."""
    texts = {node["name"]: sql_only(node["raw_code"]) for node in models(manifest)}
    for macro in manifest["macros"].values():
        if macro["package_name"] == "cx_warehouse" and not macro["name"].startswith("duckdb__"):
            texts[f"macro {macro['name']}"] = sql_only(macro["macro_sql"])
    return [
        f"{name}: {match[0].strip()!r} is one engine's own; write {instead}"
        for name, text in texts.items()
        for pattern, instead in ENGINE_ONLY.items()
        if (match := re.search(pattern, text))
    ]


def bare_numbers(manifest: Manifest) -> list[str]:
    """Find thresholds and dates written into SQL: they belong into seeds and vars."""
    found = []
    for node in models(manifest, "intermediate", "marts"):
        text = sql_only(node["raw_code"])
        threshold = re.search(r"(?:[<>]=?|between)\s*-?(?!1\b)[1-9][0-9.]*", text)
        if threshold:
            found.append(f"{node['name']}: {threshold[0]!r} is a threshold; take a seed or a var")
        if re.search(r"'(19|20)\d\d-\d\d", text):
            found.append(f"{node['name']}: it holds a date; take it from a var")
    return found


def wrong_columns(manifest: Manifest) -> list[str]:
    """Find columns of marts whose name does not say what their type is."""
    found = []
    for node in models(manifest, "marts"):
        for name, column in node["columns"].items():
            kind = (column["data_type"] or "").lower()
            marks = SUFFIXES.get(kind, ())
            fits = name.startswith(marks) if kind == "boolean" else name.endswith(marks)
            if marks and not fits:
                found.append(f"{node['name']}.{name}: a {kind} bears {' or '.join(marks)}")
            if name.startswith(("count_", "total_", "_")) or name.endswith("_pct"):
                found.append(f"{node['name']}.{name}: see the rules of columns in conventions.md")
    return found


def wrong_increments(manifest: Manifest) -> list[str]:
    """Find incremental marts that do not go by touched days, which alone forget an emptied day."""
    return [
        f"{node['name']}: use incremental_strategy touched_days with meta.touched_days"
        for node in models(manifest, "marts")
        if node["config"]["materialized"] == "incremental"
        and (
            node["config"]["incremental_strategy"] != "touched_days"
            or not node["config"]["meta"].get("touched_days")
        )
    ]
