# Two commands matter: `make demo` and `make test`. Both set up what they need.

PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
PACKAGES := domain commands projections queries streams infra
ONCE ?=

.PHONY: demo test check bench up down lock clean kafka

demo: $(STAMP)
	$(BIN)/deedbook demo $(if $(ONCE),--once)

test: $(STAMP)
	$(BIN)/pytest -q

check: $(STAMP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy $(PACKAGES) tests benchmarks
	$(BIN)/lint-imports

bench: $(STAMP)
	for script in benchmarks/[a-z]*.py; do $(BIN)/python $$script --quick || exit 1; done

up:
	docker compose up --build --detach --wait

down:
	docker compose down

kafka: $(STAMP)
	$(BIN)/python -m infra.kafka.broker start

lock:
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --no-annotate \
		--custom-compile-command "make lock" --output-file requirements.lock

$(STAMP): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("Deedbook needs Python 3.11 or newer" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $(STAMP)

clean:
	rm -rf .venv .deedbook .kafka build dist *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
