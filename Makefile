# Both targets make their own virtual environment; a package registry is all they need.
PYTHON ?= python3
VENV := .venv
LOWEST := .venv-lowest
BIN := $(VENV)/bin

.PHONY: figures docs tutorial test test-lowest test-live test-spark test-browser fuzz kills tables bench clean

figures: $(VENV)/.installed
	$(BIN)/tradeflow figures --out figures
	$(BIN)/tradeflow figures --monthly --out figures/eu-monthly

# The site, in docs/_build/html; any warning is an error.
docs: $(VENV)/.dev
	$(BIN)/sphinx-build --fail-on-warning --keep-going -b html docs docs/_build/html -d docs/_build/doctrees

# Run the tutorial and keep its outputs.
tutorial: $(VENV)/.dev
	$(BIN)/python docs/_ext/tutorial.py

test: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python data_raw/build.py --check
	$(BIN)/pytest

# The suite with the lowest versions of the libraries that pyproject.toml admits.
test-lowest: $(LOWEST)/.installed
	$(LOWEST)/bin/pytest

# Asks the real sources, a few small calls each; needs the internet, and keys where they are set.
test-live: $(VENV)/.dev
	TRADEFLOW_LIVE=1 $(BIN)/pytest -p no:randomly -n 0 -v tests/live

# The queries and the screen on a real Spark in this machine; needs Java 17 or newer.
test-spark: $(VENV)/.spark
	$(BIN)/pytest -p no:randomly -n 0 -v -m spark tests/spark

# The report in a real Chromium: no request, no error, sorting, print, accessibility.
test-browser: $(VENV)/.browser
	$(BIN)/pytest -p no:randomly -n 0 -v -m browser tests/report

# Fifty thousand damaged answers and files; only errors of our own may come out.
fuzz: $(VENV)/.dev
	$(BIN)/python tests/fuzz.py 50000

# Two hundred updates killed at random moments; the end must be the same as undisturbed.
kills: $(VENV)/.dev
	$(BIN)/python tests/killing.py 200

tables: $(VENV)/.dev
	$(BIN)/python data_raw/build.py

bench: $(VENV)/.dev
	$(BIN)/python benchmarks/walking_house.py

clean:
	rm -rf $(VENV) $(LOWEST)

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed: make PYTHON=python3.12 ...") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip

$(VENV)/.installed: $(BIN)/python pyproject.toml
	$(BIN)/python -m pip install --quiet --editable .
	touch $@

$(VENV)/.dev: $(BIN)/python pyproject.toml
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	touch $@ $(VENV)/.installed

$(VENV)/.browser: $(VENV)/.dev
	$(BIN)/python -m pip install --quiet --editable '.[dev,browser]'
	touch $@

$(VENV)/.spark: $(VENV)/.dev
	$(BIN)/python -m pip install --quiet --editable '.[dev,spark]'
	touch $@

$(LOWEST)/.installed: pyproject.toml
	$(PYTHON) -m venv $(LOWEST)
	$(LOWEST)/bin/python -m pip install --quiet uv
	$(LOWEST)/bin/uv pip compile --quiet --resolution lowest-direct pyproject.toml -o $(LOWEST)/lowest.txt
	$(LOWEST)/bin/uv pip install --quiet --python $(LOWEST) -e '.[dev]' -c $(LOWEST)/lowest.txt
	touch $@
