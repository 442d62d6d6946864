# Everything a newcomer types. `make serve` and `make test` set up what they need, once.
.DEFAULT_GOAL := help
.PHONY: help setup serve build check format test wheel bench fetch lock clean
SHELL := /bin/sh

PYTHON := .venv/bin/python
READY := .venv/.ready
export PYTHON312
export OPENBLAS_NUM_THREADS ?= 1

help:
	@echo "make serve   build the book and serve it on http://127.0.0.1:8000"
	@echo "make check   formatters, linters, types and the fast tests, in two minutes"
	@echo "make format  write the sources as the formatters have it"
	@echo "make test    run every test, in a real browser too"
	@echo "make build   build the book into site/"
	@echo "make wheel   build the plugin for questions, for other MkDocs sites"
	@echo "make bench   measure speed and size, as ratios"
	@echo "make clean   remove what was built (downloads stay in the cache)"

setup: $(READY)

$(READY): requirements.lock pyproject.toml pysrc/engineroom_quiz/pyproject.toml pysrc/find_python.sh
	@python=$$(sh pysrc/find_python.sh) || exit 1; \
	if ! $(PYTHON) -c 'import pip, sys; sys.exit(sys.version_info[:2] != (3, 12))' 2>/dev/null; then \
	  rm -rf .venv; echo "Making .venv with $$python"; "$$python" -m venv .venv; fi
	@echo "Installing what requirements.lock names (once)"
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock || { \
	  echo "The packages of requirements.lock could not be installed: pip says why above. They are downloaded once, so a network is needed." >&2; exit 1; }
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable . --editable pysrc/engineroom_quiz
	@touch $@

serve: $(READY)
	@$(PYTHON) -m engineroom_site serve

build: $(READY)
	@$(PYTHON) -m engineroom_site build

check: $(READY)
	@$(PYTHON) -m engineroom_site check $(ARGS)

format: $(READY)
	@$(PYTHON) -m engineroom_site format

test: $(READY)
	@$(PYTHON) -m pytest -n auto --dist worksteal $(ARGS)

wheel: $(READY)
	@$(PYTHON) -m engineroom_site wheel

bench: $(READY)
	@$(PYTHON) -m engineroom_site bench $(ARGS)

fetch: $(READY)
	@$(PYTHON) -m engineroom_site fetch

# After a change of pyproject.toml's requirements. The lock names versions and hashes, no addresses.
lock:
	@$(PYTHON) -m pip install --quiet uv==0.13.8
	@$(PYTHON) -m uv pip compile --quiet --extra site --extra test --generate-hashes --no-emit-index-url --no-annotate --no-header \
	  --universal --python-version 3.12 --output-file requirements.lock pyproject.toml

clean:
	rm -rf .build site .venv overrides/client/node_modules
