# Everything a fresh clone needs. Only Python 3.11+ and Debian's package tools are expected; the
# Python packages go into .venv/, the engines and (for tests) a browser into .engines/.

PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
PYTEST_ARGS ?= -n 2

.DEFAULT_GOAL := help
.PHONY: help build test e2e lint docs bench engines browser stores builders lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: engines ## compile the catalog, prove it, build the site
	$(BIN)/driftbook build --require-engines

test: engines browser stores builders ## run the test suite
	$(BIN)/pytest $(PYTEST_ARGS)

e2e: engines browser stores ## faults in real databases, through real servers, to the person who is told
	PYTHONPATH=tests $(BIN)/python -m e2e

lint: $(STAMP) ## formatting, lint rules, types, import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: engines browser ## write the parts of docs/ that come from the program, and its pictures
	$(BIN)/python tools/reference.py
	$(BIN)/python tests/walkthrough.py docs/tutorial.md
	$(BIN)/python tests/screenshots.py docs/screenshots

bench: engines browser ## time compile, proof, site and rules on large generated catalogs
	$(BIN)/python bench/bench.py
	$(BIN)/python bench/edits.py
	$(BIN)/python bench/rules.py
	$(BIN)/python bench/pages.py

engines: $(STAMP) ## fetch promtool, amtool, prometheus and alertmanager (no root)
	@$(BIN)/driftbook engines

browser: $(STAMP)
	@$(BIN)/python tests/chromium.py

stores: $(STAMP)
	@$(BIN)/python tests/stores.py

builders: $(STAMP)
	@$(BIN)/python tests/builders.py

lock: $(STAMP) ## pin the newest versions that pyproject.toml allows in constraints.txt
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --upgrade --python-version 3.11 --extra dev \
	  --no-header --no-annotate --output-file constraints.txt pyproject.toml

clean: ## remove everything that was made, but for the committed output in rules/
	rm -rf .venv .engines .driftbook site/pages site/html dist build .coverage \
	  .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis

# A new virtual environment whenever what should be in it has changed.
$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "driftbook needs Python 3.11 or newer; name one with: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
	  echo "$(PYTHON) cannot make virtual environments; on Debian: apt-get install python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@
