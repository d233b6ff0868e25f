# Each target does its own set-up: `make preview` and `make test` work in a fresh checkout.
STACK ?= home
SITES ?= 30
PYTHON ?= python3
BIN := .venv/bin
# Python compiles what it imports; all of the Kubernetes SDK would take as long as its download.
INSTALL := $(BIN)/pip install --no-compile --quiet --disable-pip-version-check
FAST_TIERS := unit cni node
ALL_TIERS := $(FAST_TIERS) engine home_assistant verdicts e2e

.PHONY: check clean demo demo-down demo-iot demo-node demo-pod demo-pulumi destroy manifests \
    preview render rules test test-all test-long up verdicts

# In this order: the plan is shown before the large packages are installed.
.NOTPARALLEL: preview
preview: check .venv/tests
	$(BIN)/python -m lab.build.manifests
	$(BIN)/python -m lab.engine.preview $(STACK)

# The tiers that need no virtual machine: from nothing within three minutes.
test: .venv/tests
	sh lab/setup.sh
	$(BIN)/python -m tests.run $(FAST_TIERS)

test-all: .venv/tests
	sh lab/setup.sh machines
	$(BIN)/python -m tests.run $(ALL_TIERS)

# The tests marked `long` as well: every event, every moment of a kill, two nodes.
test-long: .venv/tests
	sh lab/setup.sh machines
	$(BIN)/python -m tests.run --long $(ALL_TIERS)

check: .venv/plan
	$(BIN)/python -m multihome check Pulumi.$(STACK).yaml

render: .venv/tests
	$(BIN)/python -m lab.build.manifests
	$(BIN)/python -m multihome render Pulumi.$(STACK).yaml

# Each rule in turn is taken out: at least one test must fail without it.
rules: .venv/tests
	$(BIN)/python -m tests.rules

manifests: .venv/tests
	$(BIN)/python -m lab.build.manifests

up destroy: .venv/tests
	$(BIN)/python -m lab.engine.apply $@ $(STACK)

# Generated sites: the verdict of the checks against Multus and the plugins. SEED=N repeats a run.
verdicts: .venv/tests
	sh lab/setup.sh machines
	$(BIN)/python -m lab.build.manifests
	$(BIN)/python -m tests.verdicts --sites $(SITES) $(if $(SEED),--seed $(SEED))

# Virtual machines with the stack `home` applied to them; needs root.
demo: .venv/tests
	sh lab/setup.sh machines
	$(BIN)/python -m lab.vm up

# Each takes COMMAND='...' instead of what it shows by itself; demo-iot and demo-down do not.
demo-node demo-pod demo-pulumi: .venv/tests
	@$(BIN)/python -m lab.vm $(@:demo-%=%) $(COMMAND)

demo-iot demo-down: .venv/tests
	@$(BIN)/python -m lab.vm $(@:demo-%=%)

clean:
	rm -rf .venv .state rendered

# What prints the checked plan is small and comes first.
.venv/plan: requirements.txt
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or later is needed" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv .venv
	grep -E '^(pydantic|ruamel|typer|rich|tzdata)' requirements.txt >.venv/plan.txt
	$(INSTALL) -r .venv/plan.txt
	touch $@

.venv/tests: .venv/plan tests/requirements.txt requirements.txt
	$(INSTALL) -r tests/requirements.txt
	touch $@
