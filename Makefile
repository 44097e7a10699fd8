# `make maps` maakt de kaart van de voorbeeldregio, `make test` draait alle controles. Beide maken eerst de omgeving in .venv.
VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= python3
READY := $(VENV)/ready
export PATH := $(CURDIR)/$(BIN):$(PATH)
export DVC_NO_ANALYTICS := 1

.PHONY: maps test bench lock

maps: $(READY)
	@$(BIN)/python -m pipeline run

test: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest

bench: $(READY)
	$(BIN)/python -m tests.benchmarks

$(READY): requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $(READY)

# Maak het slotbestand opnieuw (vraagt uv).
lock:
	uv pip compile --universal --python-version 3.11 --extra dev --extra bench --generate-hashes --no-emit-index-url --custom-compile-command "make lock" --quiet pyproject.toml --output-file requirements.lock
