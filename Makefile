# One target for each task; `make` alone lists them. The small scripts in deploy/ and .ci/ do the work.
# PORT=… VAR=… (VAR is the data folder) set other values, so that two restaurants can run side by side.

.DEFAULT_GOAL := help
.PHONY: help run fresh backup setup test test-all browser faults bench lint format ci lock audit

VENV ?= .venv
export VENV
# Compiled files are kept, because tests start dozens of Python processes.
unexport PYTHONDONTWRITEBYTECODE

PYTHON := $(VENV)/bin/python

help: ## list the tasks
	@grep -E '^[a-z-]+:.*## ' Makefile | sed -E 's/:[^#]*## /\t/' | while IFS="$$(printf '\t')" read -r task what; do \
		printf '  make %-9s %s\n' "$$task" "$$what"; done

run: ## serve a demo or an empty restaurant at http://127.0.0.1:8000 (PORT, VAR, EMPTY=1)
	@deploy/setup runtime
	@deploy/run

fresh: ## forget the restaurant in VAR and start over
	@deploy/forget
	@$(MAKE) --no-print-directory run

backup: ## back the data in VAR up into VAR/backups, also while it is served (ARGS="--to FOLDER --keep N")
	@deploy/setup runtime
	@$(PYTHON) manage.py backup $(ARGS)

setup: ## prepare the virtual environment for development
	@deploy/setup dev

test: setup ## run the fast tests on SQLite, in two processes (ARGS="-k word" narrows them)
	@$(PYTHON) -m pytest -n 2 --dist loadfile --no-loadscope-reorder -m "not slow and not browser" $(ARGS)

test-all: ## run every test on both databases and in a browser, with many examples; it takes an hour
	@.ci/run --all

browser: setup ## run the tests in Chromium
	@$(PYTHON) -m pytest -m browser tests/browser $(ARGS)

faults: setup ## kill, freeze and cut everything under load, and count what was lost (ARGS="--orders 1000 --clients 50")
	@$(PYTHON) -m harness $(ARGS)

bench: setup ## measure orders, sockets and growth, beside rivals or an earlier revision (ARGS="--quick --only embedded orders")
	@$(PYTHON) -m benchmarks $(ARGS)

lint: setup ## check style, types, templates, scripts, migrations, settings and the API's description
	@.ci/lint

format: setup ## put the code into the house style
	@$(PYTHON) -m ruff check --fix-only --quiet .
	@$(PYTHON) -m ruff format --quiet .
	@$(VENV)/bin/djade --target-version 5.2 $$(find templates -name '*.html') || true
	@.ci/js format

ci: ## check everything that must hold, on both databases and in a browser
	@.ci/run

lock: ## choose the newest versions that requirements*.txt allow
	@deploy/lock

audit: setup ## look for known vulnerabilities of the installed packages, and for risky code
	@$(PYTHON) -m pip_audit --requirement requirements.lock --no-deps --disable-pip
	@$(PYTHON) -m bandit --quiet --recursive bistro menu tables orders kitchen tools --exclude '*/tests/*'
