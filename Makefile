# Two commands matter: `make demo` plays the main job, `make test` proves the whole house.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

# Only what the lock names is installed, byte for byte, and no code of others is built. Ourselves are built by what
# requirements/build.txt pins.
INSTALL := $(PIP) install --require-hashes --only-binary :all:
INSTALL_ITSELF := $(PIP) install --no-deps --no-index --no-build-isolation --editable .

.PHONY: demo test mutate fuzz soak bench bench-partners bench-reading lint docs lock audit wheel sbom clean help

help: ## what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

demo: $(VENV)/.run ## play the sample cases through real gateways, without broker or container
	@$(BIN)/sogw demo

test: $(VENV)/.test lint ## lint, types, import rules and every test, against a real RabbitMQ; every code is provoked
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile --every-code

MINUTES ?= 10
fuzz: $(VENV)/.test ## search for input that breaks a reader, in new places every time; MINUTES=10
	SOGW_FUZZ_MINUTES=$(MINUTES) $(BIN)/python -m pytest tests/fuzz

mutate: $(VENV)/.mutate ## change the code that judges, one place at a time: some test must notice; SINCE=main only what changed
	$(BIN)/python -m tests.mutation $(if $(SINCE),--since $(SINCE))

SOAK = $(if $(HOSTILE),--hostile) $(if $(MESSAGES),--messages $(MESSAGES)) $(if $(DATABASE),--database $(DATABASE)) \
	--broker $(if $(CLUSTER),cluster,$(or $(BROKER),node))
soak: $(VENV)/.test ## kill everything at random, then balance the books; MINUTES= MESSAGES= BROKER=node|found DATABASE=sqlite|postgresql CLUSTER=1 HOSTILE=1
	$(BIN)/python -m tests.soak --minutes $(MINUTES) $(SOAK)

bench: $(VENV)/.test ## what a referral costs, beside a peer and a floor; BENCH="--extent quick" takes under a minute
	$(BIN)/python -m benchmarks run $(BENCH)

bench-partners: $(VENV)/.test ## how long an honest partner waits beside one that floods; BENCH="--flood 1000"
	$(BIN)/python -m benchmarks partners $(BENCH)

bench-reading: $(VENV)/.test ## what a page of a list costs beside how many cases there are; BENCH="--database postgresql"
	$(BIN)/python -m benchmarks reading $(BENCH)

lint: $(VENV)/.test ## style, types and the dependency rule
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

docs: $(VENV)/.run ## make the reference pages from the code
	@$(BIN)/python -m gateway.entrypoints.reference docs/reference

LOCK = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --only-binary :all: \
	--custom-compile-command 'make lock' $(if $(UPGRADE),--upgrade)
lock: $(VENV)/.supply ## write the lock anew from pyproject.toml; UPGRADE=1 takes newer releases
	$(LOCK) --extra test pyproject.toml --output-file requirements/test.txt
	$(LOCK) --constraint requirements/test.txt pyproject.toml --output-file requirements/gateway.txt
	$(LOCK) --constraint requirements/test.txt --extra pkcs11 pyproject.toml --output-file requirements/pkcs11.txt
	$(LOCK) --constraint requirements/test.txt --extra mutate pyproject.toml --output-file requirements/mutate.txt
	$(LOCK) --constraint requirements/test.txt --extra supply pyproject.toml --output-file requirements/supply.txt
	$(LOCK) --constraint requirements/test.txt requirements/build.in --output-file requirements/build.txt

audit: $(VENV)/.supply ## ask for advisories about every pin of the lock; OFFLINE=1 judges by the last answer; SERVICE=osv
	@$(BIN)/python -m supply_chain audit $(if $(OFFLINE),--offline) $(if $(SERVICE),--service $(SERVICE))

wheel: $(VENV)/.run ## build the distribution in dist/, with the build tools of the lock
	@$(PIP) wheel --no-deps --no-index --no-build-isolation --wheel-dir dist .

sbom: $(VENV)/.test ## write what an installation consists of to dist/sbom.cdx.json (CycloneDX)
	@$(BIN)/python -m supply_chain sbom

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "error: no python3 found. Install Python 3.11 or newer and try again." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "error: $(PYTHON) is older than 3.11. Run: make PYTHON=/path/to/python3.11 ..." >&2; exit 1; }
	@echo "Making an environment in $(VENV) (once) ..."
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "error: the venv module is missing. On Debian or Ubuntu: apt-get install python3-venv" >&2; exit 1; }

$(VENV)/.run: $(VENV)/bin/python pyproject.toml requirements/build.txt requirements/gateway.txt
	@echo "Installing the gateway (once) ..."
	@$(INSTALL) --requirement requirements/build.txt --requirement requirements/gateway.txt
	@$(INSTALL_ITSELF)
	@touch $@

$(VENV)/.test: $(VENV)/.run requirements/test.txt
	@echo "Installing the test tools (once) ..."
	@$(INSTALL) --requirement requirements/test.txt
	@touch $@

$(VENV)/.mutate: $(VENV)/.test requirements/mutate.txt
	@echo "Installing what makes mutants (once) ..."
	@$(INSTALL) --requirement requirements/mutate.txt
	@touch $@

$(VENV)/.supply: $(VENV)/.run requirements/supply.txt
	@echo "Installing the tools of the supply chain (once) ..."
	@$(INSTALL) --requirement requirements/supply.txt
	@touch $@

clean: ## remove the environment and caches
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis mutants dist build
