"""How a source is reached in production: by the connection `cxw_<source>`, where there is one.

Host is the base URL, Password the source's secret, Extra the other settings by their names, as
JSON. The connection takes the place of every CXW_<SOURCE>_ value of the environment; it comes from
whatever secrets backend Airflow is given. What is secret is masked in task logs either way. The
channels of alerts may stand in the Extra of `cxw_alerts` by their names, as `slack_url`.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import replace

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


def alerting(settings: ops_settings.Settings) -> ops_settings.Settings:
    """Return the settings with the channels of `cxw_alerts`; without it, with those they have.

    Whatever goes wrong with the store of connections, an alert has to go.
    """
    try:
        told = Connection.get("cxw_alerts").extra_dejson
    except AirflowNotFoundException:
        return settings
    except Exception:
        logging.getLogger("cxw.alerts").exception("the connection cxw_alerts cannot be read")
        return settings
    values = {f"ALERT_{name}".upper(): str(value) for name, value in told.items()}
    settings = replace(settings, outside={**settings.outside, **values})
    for value in ops_settings.secrets(settings):
        mask_secret(value)
    return settings
