# Everything a person or a machine does here. Each target works alone on a clean clone.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

.PHONY: compare test lint types pytest verify soak rivals bench gallery ledger docs-check format clean

compare: .venv/installed          ## the main job
	$(BIN)/mixability compare

test: lint types pytest           ## all that CI asks for

lint: .venv/installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/installed-test
	$(BIN)/mypy

pytest: .venv/installed-test
	$(BIN)/pytest -q --numprocesses auto --maxprocesses 4 --dist loadfile tests analysis sim nets

verify: .venv/installed-test      ## oracles, theory and coverage, about 20 minutes, into docs/theory.* and docs/verification.*
	$(BIN)/python -m verification.theory
	$(BIN)/python -m verification.run

soak: .venv/installed-test        ## the long form of the reliability suite: fifty kills, ten thousand cells
	MIXABILITY_SOAK=1 $(BIN)/pytest -q tests/reliability

rivals: .venv/installed-test      ## the rivals that `bench` times beside ours, in an environment of their own
	$(BIN)/python -m benchmarks.rivals.environment

bench: .venv/installed-test       ## speed, as ratios measured side by side
	$(PIP) --editable '.[bench]'
	$(BIN)/python -m benchmarks.run

gallery: .venv/installed          ## every kind of figure, drawn from a real run, into docs/gallery
	$(PIP) --editable '.[mnist5k]'
	$(BIN)/python -m docs.gallery

ledger: .venv/installed           ## every claim decided and the essay built from it, into docs/ledger and docs/essay; an hour and a half
	$(PIP) --editable '.[mnist5k]'
	$(BIN)/mixability claims run --all --scale standard --out docs/ledger
	$(BIN)/mixability essay build --ledger docs/ledger --out docs/essay

docs-check: .venv/installed-test  ## run every command and example of the README, docs/sweeps.md and docs/essays.md
	$(BIN)/python docs/check.py README.md docs/sweeps.md docs/essays.md

format: .venv/installed-test
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.venv/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "mixability needs Python 3.11 or newer; name one with: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 2; }
	$(PYTHON) -m venv .venv
	touch $@

.venv/installed: .venv/python pyproject.toml constraints.txt
	$(PIP) --editable .
	touch $@

.venv/installed-test: .venv/python pyproject.toml constraints.txt
	$(PIP) --editable '.[test]'
	touch $@ .venv/installed

clean:
	rm -rf .venv .venv-rivals build *.egg-info .mypy_cache .ruff_cache .pytest_cache
