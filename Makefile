# make verify: set up and run the main job.  make test: set up and run the tests.
PYTHON ?= $(shell for p in python3.12 python3.11 python3.13 python3; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo $$p && break; done)
VENV ?= .venv
BIN := $(VENV)/bin
CASE ?= data/samples/venezuela-2024
OUT ?= out/$(notdir $(CASE))
TESTS ?=
# A file of tests stays in one process: its tests share what they read.
AT_ONCE ?= -n 2 --dist loadfile

# The documentation site, in out/site/site; needs no network.
.PHONY: verify test slow hours ends lint audit types bench mutants site samples format clean

verify: $(VENV)/.installed
	@status=0; $(BIN)/tallyverify verify $(CASE) --out $(OUT) || status=$$?; \
	if [ $$status -gt 1 ]; then exit $$status; fi; \
	echo "exit code $$status (0: nothing contradicts, 1: something does)"

# Under ten minutes on two cores.
test: $(VENV)/.installed-test
	$(BIN)/python -m pytest $(AT_ONCE) $(TESTS)

# The heavier copies of what `make test` tests in small, and more examples of costly properties: CI runs both.
slow: $(VENV)/.installed-test
	$(BIN)/python -m pytest $(AT_ONCE) --runslow -m "(slow or costly) and not hours" $(TESTS)

# All there is, and more examples of each: hours.
hours: $(VENV)/.installed-test
	$(BIN)/python -m pytest $(AT_ONCE) --runslow $(TESTS)

# The same bytes at both ends of what is supported: the oldest Python with the lowest libraries, and
# the newest with the newest, and at each with other kernels of BLAS. An end whose Python is not at hand is said and left out.
ENDS_TESTS := tests/report/test_report.py::test_golden_reports tests/ground/test_draws.py tests/project/test_samples.py tests/engine/test_schema.py
at_hand = $(shell for p in $(1) $(foreach v,$(1),$(HOME)/.pyenv/versions/$(v:python%=%)*/bin/python); do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import venv, ensurepip' >/dev/null 2>&1 && echo $$p && break; done)

ends:
	@$(MAKE) --no-print-directory .end-lowest PYTHON=$(call at_hand,python3.11) VENV=$(VENV)-lowest
	@$(MAKE) --no-print-directory .end-newest PYTHON=$(call at_hand,python3.13) VENV=$(VENV)-newest

.end-lowest .end-newest:
	@if [ -z "$(PYTHON)" ]; then echo "$@: its Python is not at hand, left out"; else \
	{ [ -x $(BIN)/python ] || $(PYTHON) -m venv $(VENV); } && \
	$(BIN)/python -m pip install --quiet --editable . pytest hypothesis jsonschema openpyxl $(if $(findstring lowest,$@),--constraint tests/project/lowest.txt,--upgrade --upgrade-strategy eager) && \
	$(BIN)/python -c 'import sys, numpy, scipy; print("python", *sys.version_info[:2], "numpy", numpy.__version__, "scipy", scipy.__version__)' && \
	$(BIN)/python -m pytest -q $(ENDS_TESTS) && \
	$(BIN)/python -m pytest -q --runslow tests/report/test_kernels.py -k "clean and samples"; fi

lint: $(VENV)/.installed-lint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/bandit -q -c pyproject.toml -r tallyverify

# Known weaknesses of the libraries used, where their databases can be reached.
audit: $(VENV)/.installed-lint
	$(BIN)/python tools/audit.py

types: $(VENV)/.installed-lint
	$(BIN)/mypy

format: $(VENV)/.installed-lint
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.installed-bench
	$(BIN)/python benchmarks/run.py

# Slips made in the modules that decide a verdict: are they caught? Tables in out/mutants; AGAIN=--again
# asks once more of those alone that survived.
MUTANTS ?= 120
SEED ?= 1
AGAIN ?=
mutants: $(VENV)/.installed-mutants
	$(BIN)/python tools/mutants/run.py --mutants $(MUTANTS) --seed $(SEED) $(AGAIN)

SITE ?= out/site
site: $(VENV)/.installed-test
	rm -rf $(SITE)
	$(BIN)/python tools/site/pages.py $(SITE)
	cd $(SITE) && $(CURDIR)/$(BIN)/python -m zensical build --strict -f mkdocs.yml

samples: $(VENV)/.installed
	$(BIN)/python data/samples/generate.py

clean:
	rm -rf $(VENV) $(VENV)-lowest $(VENV)-newest out build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer with venv is needed (Debian: apt-get install python3 python3-venv)"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(BIN)/python pyproject.toml
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

$(VENV)/.installed-test: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --editable '.[test]'
	@touch $@

$(VENV)/.installed-lint: $(VENV)/.installed-test
	$(BIN)/python -m pip install --quiet --editable '.[test,lint]'
	@touch $@

$(VENV)/.installed-mutants: $(VENV)/.installed-test
	$(BIN)/python -m pip install --quiet --editable '.[test,mutants]'
	@touch $@

$(VENV)/.installed-bench: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --editable '.[bench]'
	@touch $@
