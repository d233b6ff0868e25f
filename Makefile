# Two commands do all their own set-up: `make preview` and `make test`.
STACK ?= home
PYTHON ?= python3
BIN := .venv/bin

.PHONY: check clean destroy demo demo-down manifests preview verdicts render rules test test-long up

# In this order: the plan is shown before the large packages are installed.
.NOTPARALLEL: preview
preview: check .venv/tests
	$(BIN)/python -m lab.build.manifests
	$(BIN)/python -m lab.engine.preview $(STACK)

test: .venv/tests
	sh lab/setup.sh
	$(BIN)/python -m tests.run

# The long tests as well: every event, every moment of a kill, two nodes, the race itself.
test-long: .venv/tests
	sh lab/setup.sh
	$(BIN)/python -m tests.run --long

check: .venv/plan
	$(BIN)/python -m multihome check Pulumi.$(STACK).yaml

render: .venv/tests
	$(BIN)/python -m lab.build.manifests
	$(BIN)/python -m multihome render Pulumi.$(STACK).yaml

rules: .venv/tests
	$(BIN)/python -m tests.rules

manifests: .venv/tests
	$(BIN)/python -m lab.build.manifests

up destroy: .venv/tests
	$(BIN)/python -m lab.engine.apply $@ $(STACK)

# The plan in both directions, long: 2,000 whole sites and their near misses; writes docs/verdicts.md.
verdicts: .venv/tests
	sh lab/setup.sh
	$(BIN)/python -m lab.build.manifests
	$(BIN)/python -m tests.verdicts $(VERDICTS)

# A small site of virtual machines, with the article's plan applied to it; needs root.
demo: .venv/tests
	sh lab/setup.sh
	$(BIN)/python -m lab.vm up

demo-down: .venv/tests
	$(BIN)/python -m lab.vm down

clean:
	rm -rf .venv .state rendered

# What prints the plan is small and comes first.
.venv/plan: requirements.txt
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or later is needed" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv .venv
	grep -E '^(pydantic|ruamel)' requirements.txt >.venv/plan.txt
	$(BIN)/pip install --quiet --disable-pip-version-check -r .venv/plan.txt
	touch $@

.venv/tests: .venv/plan tests/requirements.txt requirements.txt
	$(BIN)/pip install --quiet --disable-pip-version-check -r tests/requirements.txt
	touch $@
