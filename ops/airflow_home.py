"""Airflow for one machine: a home under the data folder, SQLite, this project's DAGs only.

`AIRFLOW_HOME=data/airflow airflow dags list-runs extract_zendesk` then shows what `cxw run` ran.
"""

from __future__ import annotations

from ops.settings import Settings, to_environ

CONFIG = """\
# Written by `cxw run`; for production see docker-compose.yml.
[core]
dags_folder = {dags}
plugins_folder = {plugins}
load_examples = False
auth_manager = airflow.api_fastapi.auth.managers.simple.simple_auth_manager.SimpleAuthManager
simple_auth_manager_all_admins = True
default_timezone = utc

[database]
sql_alchemy_conn = sqlite:///{home}/airflow.db

[logging]
base_log_folder = {home}/logs
logging_level = INFO

[scheduler]
use_job_schedule = False

[usage_data_collection]
enabled = False
"""


def prepare(settings: Settings) -> dict[str, str]:
    """Write the configuration; return the environment in which Airflow finds it."""
    home = settings.airflow_home
    home.mkdir(parents=True, exist_ok=True)
    project = settings.project_dir
    config = CONFIG.format(dags=project / "dags", plugins=project / "dags" / "plugins", home=home)
    path = home / "airflow.cfg"
    if not path.exists() or path.read_text() != config:
        path.write_text(config)
    return {"AIRFLOW_HOME": str(home), "PYTHONUNBUFFERED": "1", **to_environ(settings)}
