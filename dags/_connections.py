"""How a source is reached in production: by the connection `cxw_<source>`, where there is one.

Host is the base URL, Password the source's secret, Extra the other settings by their names, as
JSON. The connection takes the place of every CXW_<SOURCE>_ value of the environment; it comes from
whatever secrets backend Airflow is given. What is secret is masked in task logs either way.
"""

from __future__ import annotations

from collections.abc import Iterable

from airflow.sdk import Connection
from airflow.sdk.exceptions import AirflowNotFoundException
from airflow.sdk.log import mask_secret

from ops import catalog
from ops import settings as ops_settings


def connected(settings: ops_settings.Settings, sources: Iterable[str]) -> ops_settings.Settings:
    """Return the settings with the values of the sources' connections."""
    for source in sources:
        try:
            told = Connection.get(f"cxw_{source}")
        except AirflowNotFoundException:
            continue
        values = ops_settings.of_connection(
            catalog.source(source), told.host, told.password, told.extra_dejson
        )
        settings = ops_settings.with_source(settings, source, values)
    for value in ops_settings.secrets(settings):
        mask_secret(value)
    return settings
