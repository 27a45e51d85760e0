"""How a source is reached in production: by the connection `cxw_<source>`, where there is one.

Host is the base URL, Password the source's secret, Extra the other settings by their names, as
JSON. The connection takes the place of every CXW_<SOURCE>_ value of the environment; it comes from
whatever secrets backend Airflow is given. What is secret is masked in task logs either way.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from airflow.sdk import Connection
from airflow.sdk.exceptions import AirflowNotFoundException
from airflow.sdk.log import mask_secret

from extract import find_source
from extract.source import SECRET, Settings
from ops import settings as ops_settings


def connected(settings: ops_settings.Settings, sources: Iterable[str]) -> ops_settings.Settings:
    """Return the settings with the values of the sources' connections."""
    for source in sources:
        try:
            connection = Connection.get(f"cxw_{source}")
        except AirflowNotFoundException:
            pass
        else:
            values = _values(connection, find_source(source).settings)
            settings = ops_settings.with_source(settings, source, values)
    for name, value in settings.source_values.items():
        if SECRET.search(name.lower()):
            mask_secret(value)
    return settings


def _values(connection: Connection, fields: type[Settings]) -> dict[str, str]:
    """Return the settings that a connection gives."""
    names = [field.name for field in msgspec.structs.fields(fields)]
    secret = next((name for name in names if SECRET.search(name)), None)
    values = {name: str(value) for name, value in connection.extra_dejson.items()}
    if connection.host:
        has_scheme = "://" in connection.host
        values["base_url"] = connection.host if has_scheme else f"https://{connection.host}"
    if connection.password and secret:
        values[secret] = connection.password
    return values
