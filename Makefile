.DEFAULT_GOAL := help
.PHONY: help setup demo demo-cluster test coverage quick long check format lock docs site pictures names limiters crash fuzz ledger manual readings soak container bench peers postgres nodes clean

# Each test process would compile every module anew.
export PYTHONDONTWRITEBYTECODE :=

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Python compiles what is imported, when it first is; to compile all that is installed takes a minute.
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile

help: ## Show what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | sed -E 's/^([a-z-]+):.*## /\1|/' \
		| awk -F'|' '{printf "  make %-12s %s\n", $$1, $$2}'

setup: $(VENV)/.ready ## Install everything, pinned, into .venv

$(VENV)/.ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Python 3.11 or newer is needed, and this is " + sys.version.split()[0] + "; name another one: make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)
	$(PIP) --require-hashes --requirement requirements.lock
	$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

demo: setup ## Validate every list in sample_data/ against the bundled sandbox
	$(BIN)/python sample_data/demo.py

demo-cluster: setup ## Validate a list with three keys on a Ray cluster of two nodes, made for it
	$(BIN)/python sample_data/demo_cluster.py

# Files whole, since their fixtures are dear; in their order, since those that take long have few tests.
PYTEST := pytest --numprocesses 4 --dist loadfile --no-loadscope-reorder

test: setup check ## Check the code, then run every test
	$(BIN)/python -m $(PYTEST) --durations=20

coverage: setup ## Run every test, in twice the time, and see that they reach nearly every line
	$(BIN)/coverage erase
	$(BIN)/coverage run -m $(PYTEST)
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report --fail-under=95

quick: setup ## Run the tests that take a moment each, in about a minute
	$(BIN)/python -m pytest --quiet --numprocesses auto --dist loadfile -m "not slow"

long: setup ## Run every test in its long form: all pairs of parameters, and more seeds
	SUITE_LONG=1 $(BIN)/python -m $(PYTEST)

check: setup ## Look at format, lint and types
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/mypy --no-error-summary

format: setup ## Put the code into its format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: ## Pin every dependency anew, with hashes, into requirements.lock
	$(PYTHON) -m venv $(VENV)/lock
	$(VENV)/lock/bin/python -m pip install --quiet --disable-pip-version-check uv
	$(VENV)/lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --upgrade \
		--all-extras --group test --group lint --group docs --group bench --group build --no-annotate \
		--custom-compile-command "make lock" --output-file requirements.lock pyproject.toml

docs: setup ## Write the help texts into docs/commands.md
	$(BIN)/python docs/write_help.py

site: setup ## Build the pages of docs/ as a site into build/site
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet

pictures: setup ## Show report and page to Chromium, and keep what they look like in build/pictures, for the site
	mkdir -p build/pictures
	PICTURES=$(CURDIR)/build/pictures $(BIN)/python -m pytest --quiet tests/reports/page/test_browser.py tests/web/test_browser.py

manual: setup ## Write the manual pages into build/man/man1
	$(BIN)/validator manual --dir build/man/man1

names: setup ## Write the names of countries anew from CLDR and libphonenumber
	$(BIN)/python tools/write_country_names.py

limiters: benchmarks/limiters/node_modules/.ready ## Install the rate limiter of others that tests and benchmarks meet

benchmarks/limiters/node_modules/.ready: benchmarks/limiters/package-lock.json
	cd benchmarks/limiters && npm ci --no-audit --no-fund --ignore-scripts --loglevel=error
	@touch $@

crash: setup ## Kill runs a thousand times and at every change to a file, fail their disks, start twenty at once
	CRASH_LONG=1 $(BIN)/python -m pytest tests/crash -q -s

postgres: setup ## Stop PostgreSQL two hundred times in the midst of commits
	POSTGRES_CRASHES=200 $(BIN)/python -m pytest tests/ledger/postgres -q

FUZZ_INPUTS ?= 1000000
FUZZ_SEED ?= 0
FUZZ_SECONDS ?= inf

fuzz: setup ## Feed every parser a million inputs (FUZZ_INPUTS, from FUZZ_SEED, for FUZZ_SECONDS each)
	FUZZ_INPUTS=$(FUZZ_INPUTS) FUZZ_SEED=$(FUZZ_SEED) FUZZ_SECONDS=$(FUZZ_SECONDS) POLARS_MAX_THREADS=1 \
		$(BIN)/python -m pytest tests/fuzz -q

LEDGER_SEQUENCES ?= 10000
LEDGER_STEPS ?= 20

ledger: setup ## Hold both ledgers to a model through 10,000 sequences of 20 steps, in an hour (LEDGER_SEQUENCES, LEDGER_STEPS)
	LEDGER_SEQUENCES=$(LEDGER_SEQUENCES) LEDGER_STEPS=$(LEDGER_STEPS) \
		$(BIN)/python -m pytest tests/ledger/sqlite/test_model.py tests/ledger/postgres/test_model.py -q -n 2 --dist loadfile

readings: setup ## Read lists of every region in each spelling, and hold them to what was meant
	READINGS_EVERY=1 $(BIN)/python -m pytest tests/phone/readings -q

nodes: setup ## Run checks on Ray clusters of one, two and four nodes, and kill lane, node, driver and database in mid-run
	RAY_NODES=1 $(BIN)/python -m pytest tests/cluster/test_on_ray.py -q

container: setup ## Build the container file with podman or docker, or take its steps one by one as root
	.ci/container

soak: setup ## Ask at full speed for an hour, and see that nothing grows
	$(BIN)/python benchmarks/soak.py

bench: setup ## Measure, each figure against what it is to be compared with
	$(BIN)/python benchmarks/run.py

PEERS := benchmarks/peers
# As `cargo install` builds it, but for optimising the whole at its end, which takes longer than all the rest. The newest
# one that can be built from crates: those from 6 on call a function that only their own copy of a dependency has.
QSV := CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 cargo install qsv --version 4.0.0 --locked \
	--bin qsv --features feature_capable,fetch --root $(PEERS)/.qsv --quiet

peers: setup $(PEERS)/.venv/.ready $(PEERS)/node_modules/.ready ## Run what a user would pick instead beside it; qsv if cargo can build it
	-test -x $(PEERS)/.qsv/bin/qsv || $(QSV)
	$(BIN)/python $(PEERS)/run.py
	$(BIN)/python $(PEERS)/run.py --faults

$(PEERS)/.venv/.ready: $(PEERS)/requirements.txt
	$(PYTHON) -m venv $(PEERS)/.venv
	$(PEERS)/.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement $<
	@touch $@

$(PEERS)/node_modules/.ready: $(PEERS)/package-lock.json
	cd $(PEERS) && npm ci --no-audit --no-fund --ignore-scripts --loglevel=error
	@touch $@

clean: ## Remove what make made
	rm -rf $(VENV) .coverage .coverage.* .hypothesis .mypy_cache .pytest_cache .ruff_cache build dist demo_output \
		benchmarks/limiters/node_modules $(PEERS)/node_modules $(PEERS)/.venv $(PEERS)/.qsv
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
