# Every command a person needs. `make` alone lists them.
PYTHON ?= python3
UV_VERSION := 0.13.9
UV := .setup/bin/uv
MTM := .venv/bin/mtm
export PATH := $(CURDIR)/.venv/bin:$(PATH)

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-quick bench faults real spark-test ui-test deploy-test upgrades-test lint hooks coverage words dev bi bi-test bi-assets clean

help:  ## List the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: .venv/.done  ## Install everything from the lock file into .venv (no root)

.venv/.done: uv.lock pyproject.toml | $(UV)
	@echo "== installing from uv.lock into .venv (about a minute, 1.8 GB)"
	@$(UV) sync --locked --extra spark --quiet --python $(PYTHON)
	@touch $@

$(UV):
	@echo "== getting uv $(UV_VERSION), the installer, into .setup"
	@$(PYTHON) -m venv .setup
	@.setup/bin/pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

demo: setup  ## Take the synthetic Kyrgyz rounds all the way to published releases
	@echo "== the demo: synthetic rounds, from raw deliveries to published releases"
	@$(MTM) demo

test: setup  ## Pass the tests
	@echo "== ruff and mypy"
	@.venv/bin/ruff check .
	@.venv/bin/mypy
	@echo "== pytest"
	@.venv/bin/pytest -n 2 --dist loadfile --durations=8

test-quick: setup  ## The tests without the slow ones
	@.venv/bin/pytest -n 2 --dist loadfile -m "not slow and not bi and not ui"

faults: setup  ## Try the fault matrix at length (docs/faults.md), 40 minutes
	@rm -f .faults.jsonl
	@MTM_FAULT_TALLY=$(CURDIR)/.faults.jsonl MTM_FAULT_TRIES=$${MTM_FAULT_TRIES:-1000} \
		.venv/bin/pytest tests/faults -n 2 --dist loadfile -m "faults or not faults" --durations=8; \
		code=$$?; .venv/bin/python -m tests.faults.tally .faults.jsonl && exit $$code

bench: setup  ## Measure speed beside a floor and peers, with goals (docs/performance.md), some 17 minutes
	@$(MTM) bench --out bench.json

real: setup  ## Take all real deliveries beside the project to releases, not only the telling ones, a few minutes
	@MTM_REAL_ROUNDS=all .venv/bin/pytest tests/acceptance/test_real_deliveries.py

upgrades-test: setup  ## Build the next round on homes of every older version, and on a restored one (docs/upgrades.md)
	@.venv/bin/pytest tests/integration/upgrades tests/integration/backup -m "upgrades or not upgrades"

spark-test: setup  ## Build the marts on a standalone cluster of Spark, in session mode, on Connect servers (docs/spark.md)
	@.venv/bin/pytest tests/integration/engine -m "spark or not spark" --durations=8

ui-test: setup  ## Open the site, the reports and the Dagster UI in Chromium, and drive them
	@.venv/bin/pytest tests/ui -m ui -n 2 --dist loadfile

deploy-test: setup  ## Run a server's services for real: PostgreSQL, Dagster, the proxy (docs/deployment.md)
	@.venv/bin/pytest tests/integration/deploy -m "deploy or not deploy"

lint: setup  ## Format and check code, SQL, YAML and what must not be committed (CONTRIBUTING.md)
	@.venv/bin/pre-commit run --all-files

hooks: setup  ## Check every commit as `make lint` does, from now on
	@.venv/bin/pre-commit install

coverage: setup  ## The tests again, with what they reach: total, by room, as pages in .coverage-pages
	@.venv/bin/python -m tests.coverage_rooms

words: setup  ## Bring the catalogues of Russian and Kyrgyz messages up to date (docs/languages.md)
	@.venv/bin/python -m warehouse.serving.words.update

dev: setup  ## Open the Dagster UI on 127.0.0.1:3000
	@$(MTM) dev

bi: setup .superset/.done  ## Serve the dashboards in Superset on 127.0.0.1:8088 (BI_PORT), on the releases of MTM_HOME
	@.venv/bin/python -m bi.superset.serve

.superset/.done: bi/superset/requirements.txt | $(UV)
	@echo "== installing Superset into .superset, an environment of its own (about a minute, 850 MB)"
	@$(UV) venv --quiet --allow-existing --python $(PYTHON) .superset
	@$(UV) pip sync --quiet --compile-bytecode --python .superset/bin/python bi/superset/requirements.txt
	@touch $@

bi-test: setup .superset/.done  ## Try the dashboards in a fresh Superset and Chromium, with pictures in .bi-pictures
	@echo "== the dashboards in a fresh Superset; pictures of them in .bi-pictures"
	@.venv/bin/pytest tests/bi -m bi

bi-assets: setup  ## Write the dashboards' assets from their recipes and the catalogue (docs/superset.md)
	@.venv/bin/python -m bi.superset.write

clean:  ## Remove what was installed (not the state in .mtm)
	rm -rf .venv .setup .superset .bi-pictures
