# Everything a person runs. `make help` lists it.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3.11
PY := $(shell command -v $(PYTHON) 2>/dev/null || command -v python3)
BIN := .venv/bin
SAYSO := $(BIN)/sayso
STAMP := .venv/.installed-$(shell sha256sum pyproject.toml 2>/dev/null | cut -c1-16)
OUT ?= demo-out
WORKERS ?= 2
# Programs that no wheel brings. Chromium is for the browser tests; espeak-ng reads words aloud in symbols.
# command:package. The tests sign with a real PKCS#11 token too.
SYSTEM_PACKAGES := chromium:chromium espeak-ng:espeak-ng
TEST_PACKAGES := softhsm2-util:softhsm2 pkcs11-tool:opensc

.PHONY: help setup system test-system weights demo test serve check bench format clean

help: ## list the commands
	@grep -E '^[a-z]+:.*##' Makefile | sed 's/:.*## /\t/' | expand -t 12

setup: $(STAMP) system ## make .venv with everything in it

$(STAMP): pyproject.toml
	@"$(PY)" -c 'import sys; sys.exit(0 if (3, 11) <= sys.version_info[:2] < (3, 14) else "Sayso needs Python 3.11 to 3.13; found " + sys.version.split()[0] + ". Run: make setup PYTHON=python3.11")'
	@test -x $(BIN)/python || "$(PY)" -m venv .venv
	@echo "Installing packages (a few minutes the first time) ..."
	@$(BIN)/python -m pip install --quiet --no-compile --progress-bar off -e '.[studio,engines,dev]'
	@# coqui-tts asks for torchaudio, whose own requirement would replace the CPU build of torch.
	@$(BIN)/python -m pip install --quiet --no-compile --no-deps 'torchaudio==2.11.0' 'torchcodec>=0.9,<0.18'
	@# torch ships its C++ headers and the programs of its own tests, some 190 MB that nothing here compiles or runs.
	@rm -rf .venv/lib/python3.*/site-packages/torch/{include,test} .venv/lib/python3.*/site-packages/torch/bin/{*[Tt]est*,protoc*}
	@rm -f .venv/.installed-*; touch $@

test-system: SYSTEM_PACKAGES += $(TEST_PACKAGES)
system test-system:
	@missing=""; for p in $(SYSTEM_PACKAGES); do command -v $${p%:*} >/dev/null || missing="$$missing $${p#*:}"; done; \
	if [ -z "$$missing" ]; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "Installing system packages:$$missing"; \
	  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing; } >/dev/null 2>&1 \
	    || echo "Could not install$$missing. Run: sudo apt-get install$$missing"; \
	else echo "Not installed:$$missing. Run: sudo apt-get install$$missing"; fi

weights: setup ## fetch the default model weights
	@$(SAYSO) models pull

demo: setup ## render the demo campaign into demo-out/
	@$(SAYSO) demo --out $(OUT)

serve: setup ## open the studio on http://localhost:7860
	@$(SAYSO) serve

test: weights test-system ## run every test
	@OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --cov --cov-report=term:skip-covered $(ARGS)

check: setup ## format, lint, types, layers, docs, coverage: what CI holds
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/interrogate --quiet consent pipelines studio
	@if [ -f .coverage ]; then \
	  $(BIN)/coverage report --fail-under=85 >/dev/null || { echo "coverage is under 85 %"; exit 1; }; \
	  $(BIN)/coverage report --include='consent/*' --fail-under=100 >/dev/null || { echo "coverage of consent/ is under 100 %"; exit 1; }; \
	else echo "coverage: run make test first"; fi
	@echo "make check: all good"

bench: weights ## print the benchmark tables
	@$(SAYSO) bench render

format: setup ## format the code
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

clean: ## remove what the commands made
	rm -rf .venv demo-out .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage
