# One image for every service of docker-compose.yml: Airflow, the pipeline and the simulated company.
FROM python:3.12-slim

ENV PYTHONUNBUFFERED=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    AIRFLOW_HOME=/opt/cxw/airflow \
    AIRFLOW__CORE__DAGS_FOLDER=/opt/cxw/dags \
    AIRFLOW__CORE__PLUGINS_FOLDER=/opt/cxw/dags/plugins \
    CXW_DATA_DIR=/opt/cxw/data

RUN useradd --create-home --uid 50000 cxw \
    && mkdir -p /opt/cxw/data /opt/cxw/airflow \
    && chown -R cxw:cxw /opt/cxw
WORKDIR /opt/cxw

# The locked environment first: it changes seldom, so its layer is kept.
COPY requirements.lock .
RUN pip install --require-hashes --requirement requirements.lock

COPY --chown=cxw:cxw . .
RUN pip install --no-deps --no-build-isolation --editable .

USER cxw
