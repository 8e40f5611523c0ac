# `make demo` and `make test` need Python 3.11 to 3.13 and a network; they install everything
# else into .venv. Every package is pinned and its hash is checked.

PYTHON ?= python3
# Task programs start often, and faster from compiled code.
export PYTHONDONTWRITEBYTECODE :=
PACKAGE := src/aind_data_transfer_service
UV_COMPILE := .venv/bin/uv pip compile --quiet --universal --generate-hashes \
	--python-version 3.11 --no-emit-index-url --no-annotate --no-header
.DEFAULT_GOAL := help

.PHONY: help demo test lint types lock clean

help: ## Show this.
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | expand -t 8

demo: .venv/demo.stamp ## Upload a sample session and prove that it arrived; KEEP=1 leaves the portal open.
	@.venv/bin/aind-data-transfer demo $(if $(filter-out 0,$(KEEP)),--keep)

test: .venv/dev.stamp ## Run the tests; ARGS are for pytest.
	.venv/bin/pytest -n auto $(ARGS)

lint: .venv/dev.stamp ## Check style and who imports whom.
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/lint-imports

types: .venv/dev.stamp ## Check types.
	.venv/bin/mypy

lock: .venv/bin/uv ## Pin the newest releases that fit.
	$(UV_COMPILE) --upgrade pyproject.toml requirements/build.in --extra demo -o requirements/demo.txt
	$(UV_COMPILE) --upgrade pyproject.toml requirements/build.in --extra dev -o requirements/dev.txt
	$(UV_COMPILE) --upgrade requirements/metadata-build.in -o $(PACKAGE)/metadata/environments/build.txt
	$(UV_COMPILE) --upgrade requirements/metadata-mapper.in -o $(PACKAGE)/metadata/environments/mapper.txt
	$(UV_COMPILE) --upgrade requirements/metadata-schema2.in -o $(PACKAGE)/metadata/environments/schema2.txt

clean: ## Remove what make made.
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/%.stamp: requirements/%.txt pyproject.toml | .venv/bin/python
	.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps \
		--no-build-isolation --editable .
	@touch $@

.venv/bin/uv: | .venv/bin/python
	.venv/bin/python -m pip install --quiet --disable-pip-version-check uv

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || { \
		echo "Python 3.11, 3.12 or 3.13 is needed; $(PYTHON) is not (the compression libraries have" \
			"no builds for newer ones yet). Name one: make PYTHON=python3.12" >&2; \
		exit 2; }
	$(PYTHON) -m venv .venv
