"""Read the environment once and hand it on as one frozen value.

The only module of the product that reads the environment. Values come from the process environment
and, for names absent there, from `.env` in the working directory. Nothing here has a side effect.

Values of sources live in `Settings.source_values` (ZENDESK_BASE_URL and the like). Another store,
such as Airflow connections, takes their place through `with_source`; no other module knows where
they came from.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from extract.errors import CxwError
from extract.source import SECRET

if TYPE_CHECKING:
    from extract.source import Source

PREFIX = "CXW_"
SANDBOX_MODES = ("embedded", "off")
KNOWN = {
    "DATA_DIR": "where lake, releases and everything else is kept; default ./data",
    "SANDBOX": "embedded (default when no source is configured) or off",
    "START": "first day to extract, YYYY-MM-DD; wanted when real sources are configured",
    "CLOCK_URL": 'a URL that tells the time as {"now": iso}; set by `cxw run` for its children',
    "ALERT_SLACK_URL": "an incoming webhook of Slack",
    "ALERT_PAGERDUTY_KEY": "the integration key of a PagerDuty service (Events API v2)",
    "ALERT_PAGERDUTY_URL": "where events go; default https://events.pagerduty.com/v2/enqueue",
    "ALERT_SMTP_URL": "smtp://user:password@host:587 or smtps://…:465, for alerts by e-mail",
    "ALERT_EMAIL_FROM": "who sends alerts by e-mail",
    "ALERT_EMAIL_TO": "who gets alerts by e-mail; several with commas between them",
    "ALERT_WEBHOOK_URL": "where alerts are posted as JSON",
    "HEARTBEAT_URL": "asked after each round of `cxw watch`; its silence is somebody else's alert",
    "LINEAGE_URL": "where OpenLineage events are posted, beside their file",
    "LINEAGE_KEY": "the key of that address, sent as a bearer token",
    "AIRFLOW_URL": "where `cxw watch` asks Airflow's api-server for its health",
    "AIRFLOW_DATABASE": "SQLAlchemy URL of Airflow's metadata, which `cxw watch` reads",
    "PATIENCE_SECONDS": "how long a source may put a task off before it fails; default 21600",
    "BUILD_DIR": "set by a build for dbt",
    "SENTIMENT_MODEL": "which model scores texts; see docs/analytics/sentiment.md",
    "RELEASES_KEPT": "how many releases stay for rollback; default 5",
}
OUTSIDE = tuple(name for name in KNOWN if re.match("ALERT_|HEARTBEAT_|LINEAGE_|AIRFLOW_", name))
OPEN_TO_ALL = {"ALERT_PAGERDUTY_URL", "ALERT_EMAIL_FROM", "ALERT_EMAIL_TO", "AIRFLOW_URL"}


class ConfigurationError(CxwError):
    """A setting is missing or cannot be used."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that the operations know about where they run."""

    data_dir: Path
    project_dir: Path
    sandbox: str = "embedded"
    start: datetime | None = None
    clock_url: str | None = None
    releases_kept: int = 5
    patience_seconds: int = 21600
    sentiment_model: str | None = None
    outside: Mapping[str, str] = field(default_factory=dict, repr=False)  # names of OUTSIDE
    source_values: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def lake(self) -> Path:
        """The root of landing, raw, refused, operations and enrichment."""
        return self.data_dir / "lake"

    @property
    def airflow_home(self) -> Path:
        """Where `cxw run` keeps Airflow's configuration and database."""
        return self.data_dir / "airflow"

    @property
    def alerts_dir(self) -> Path:
        """One JSON file per alert, and the failures that wait for one."""
        return self.data_dir / "alerts"

    @property
    def dbt_dir(self) -> Path:
        """The dbt project."""
        return self.project_dir / "dbt_project"

    @property
    def dbt_target(self) -> Path:
        """Where dbt writes its manifest; the lineage in alerts is read from here."""
        return self.data_dir / "dbt"

    @property
    def docs_dir(self) -> Path:
        """Generated documentation that is not committed."""
        return self.data_dir / "docs"


def load(environ: Mapping[str, str] | None = None, *, working_dir: Path | None = None) -> Settings:
    """Return the settings; a missing or impossible value is refused by name."""
    here = working_dir or Path.cwd()
    given = {**_dotenv(here / ".env"), **(os.environ if environ is None else environ)}
    values = {k.removeprefix(PREFIX): v for k, v in given.items() if k.startswith(PREFIX) and v}
    source_values = {name: value for name, value in values.items() if name not in KNOWN}
    return Settings(
        data_dir=(here / values.get("DATA_DIR", "data")).resolve(),
        project_dir=Path(__file__).resolve().parent.parent,
        sandbox=_sandbox_mode(values.get("SANDBOX"), configured=bool(source_values)),
        start=_day("START", values["START"]) if "START" in values else None,
        clock_url=values.get("CLOCK_URL"),
        releases_kept=_positive("RELEASES_KEPT", values.get("RELEASES_KEPT", "5")),
        patience_seconds=_positive("PATIENCE_SECONDS", values.get("PATIENCE_SECONDS", "21600")),
        sentiment_model=values.get("SENTIMENT_MODEL"),
        outside={name: values[name] for name in OUTSIDE if name in values},
        source_values=source_values,
    )


def to_environ(settings: Settings) -> dict[str, str]:
    """Return the settings as environment values for a child process (tokens included)."""
    given = {
        "DATA_DIR": str(settings.data_dir),
        "SANDBOX": settings.sandbox,
        "START": settings.start.date().isoformat() if settings.start else "",
        "CLOCK_URL": settings.clock_url or "",
        "RELEASES_KEPT": str(settings.releases_kept),
        "PATIENCE_SECONDS": str(settings.patience_seconds),
        "SENTIMENT_MODEL": settings.sentiment_model or "",
    }
    every = {**given, **settings.outside, **settings.source_values}
    return {PREFIX + name: value for name, value in every.items()}


def process_environ() -> dict[str, str]:
    """Return this process's environment for children, without another Airflow's settings."""
    return {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW__")}


@contextmanager
def build_dir_in_environment(path: Path) -> Iterator[None]:
    """Name a build's folder to dbt, whose profile reads nothing but the environment."""
    os.environ[PREFIX + "BUILD_DIR"] = str(path)
    try:
        yield
    finally:
        del os.environ[PREFIX + "BUILD_DIR"]


def with_source(settings: Settings, source: str, values: Mapping[str, str]) -> Settings:
    """Return the settings with one source's values replaced: the seam for other secret stores."""
    theirs = {f"{source}_{name}".upper(): value for name, value in values.items()}
    others = {k: v for k, v in settings.source_values.items() if not _belongs(k, source)}
    return replace(settings, source_values={**others, **theirs})


def of_connection(
    source: Source, address: str | None, secret: str | None, extra: Mapping[str, Any]
) -> dict[str, str]:
    """Return a source's values as a store of connections gives them.

    The secret is the first field whose name says that it is one; the rest goes by name.
    """
    import msgspec  # noqa: PLC0415  (keeps the command line's start fast)

    names = [field.name for field in msgspec.structs.fields(source.settings)]
    first = next((name for name in names if SECRET.search(name)), None)
    values = {name: str(value) for name, value in extra.items()}
    if address:
        is_whole = "://" in address or address.startswith(("/", "."))  # a URL, or a folder
        values["base_url"] = address if is_whole else f"https://{address}"
    if secret and first:
        values[first] = secret
    return values


def secrets(settings: Settings) -> tuple[str, ...]:
    """Return the values that no log may show: of sources, and the addresses of channels."""
    theirs = (v for name, v in settings.source_values.items() if SECRET.search(name.lower()))
    ours = (v for name, v in settings.outside.items() if name not in OPEN_TO_ALL)
    return (*theirs, *ours)


def configured_sources(settings: Settings, known: Iterable[str]) -> tuple[str, ...]:
    """Return the sources that have any value, in the order given; refuse a name of no source."""
    known = tuple(known)
    names = sorted(settings.source_values)
    strange = [n for n in names if not any(_belongs(n, source) for source in known)]
    if strange:
        raise ConfigurationError(
            f"{PREFIX}{strange[0]} is set",
            "no setting and no source has that name, so its value would be ignored in silence",
            f"take it out, or use one of {', '.join(PREFIX + name for name in KNOWN)}, "
            f"or CXW_<SOURCE>_<FIELD> with a source of {', '.join(known)}",
        )
    return tuple(source for source in known if any(_belongs(n, source) for n in names))


def source_settings(settings: Settings, source: Source) -> Any:
    """Return the source's own settings struct, or say by name what is missing or wrong."""
    import msgspec  # noqa: PLC0415  (keeps the command line's start fast)

    fields = msgspec.structs.fields(source.settings)
    names = {f.name: f"{source.name}_{f.name}".upper() for f in fields}
    held = settings.source_values
    given = {field: held[name] for field, name in names.items() if name in held}
    missing = [PREFIX + names[f.name] for f in fields if f.required and f.name not in given]
    if missing:
        raise ConfigurationError(
            f"{source.name}: {', '.join(missing)} not set",
            f"{source.name} cannot be read without {'them' if len(missing) > 1 else 'it'}",
            "set it in the environment or in .env (.env.example lists every name), "
            "or set CXW_SANDBOX=embedded to use the simulated company",
        )
    strange = sorted(n for n in held if _belongs(n, source.name) and n not in names.values())
    if strange:
        raise ConfigurationError(
            f"{PREFIX}{strange[0]} is set",
            f"{source.name} has no field of that name, so its value would be ignored in silence",
            f"take it out, or use one of {', '.join(PREFIX + n for n in names.values())}",
        )
    try:
        return msgspec.convert(given, source.settings, strict=False)
    except msgspec.ValidationError as error:
        name = str(error).rpartition("$.")[2].rstrip("`")
        raise ConfigurationError(
            f"{PREFIX}{names.get(name, name)} has a value of the wrong type",
            str(error).partition(" - at")[0],
            f"correct {PREFIX}{names.get(name, name)} in the environment or in .env",
        ) from None


def _belongs(name: str, source: str) -> bool:
    return name.startswith(f"{source}_".upper())


def _dotenv(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    from dotenv import dotenv_values  # noqa: PLC0415  (only who has a .env pays for it)

    return {name: value for name, value in dotenv_values(path).items() if value is not None}


def _sandbox_mode(given: str | None, *, configured: bool) -> str:
    mode = given or ("off" if configured else "embedded")
    if mode not in SANDBOX_MODES:
        raise ConfigurationError(
            f"CXW_SANDBOX={mode}",
            f"it is one of {', '.join(SANDBOX_MODES)}",
            "set CXW_SANDBOX=embedded for the simulated company, off for real sources",
        )
    return mode


def _day(name: str, text: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise ConfigurationError(
            f"{PREFIX}{name}={text}",
            "it is a day as YYYY-MM-DD (UTC)",
            f"write for example {PREFIX}{name}=2026-07-01",
        ) from None


def _positive(name: str, text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise ConfigurationError(
            f"{PREFIX}{name}={text}",
            "it is a whole number of at least 1",
            f"write for example {PREFIX}{name}=5",
        )
    return int(text)
