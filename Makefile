# Two commands to know: `make demo` and `make test`. Everything else is listed by `make help`.
PYTHON ?= python3
export DAGSTER_HOME := $(CURDIR)
BIN := .venv/bin

.PHONY: help install demo clean-demo test ui bench bench-routing bench-write-back bench-overlays bench-pages bench-start lint requirements

help: ## what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 14

install: .venv/.installed ## install everything into .venv, versions and hashes pinned

.venv/.installed: requirements.txt pyproject.toml setup.py
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --no-deps --require-hashes -r requirements.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

.assignment-key: | install
	$(BIN)/assignment init-key

demo: install .assignment-key ## a whole quarterly cycle of a sample company, people included
	$(BIN)/assignment demo

clean-demo: ## forget the demo: its data and its runs
	rm -rf data history schedules storage logs .logs_queue .nux .telemetry

test: install ## all tests, in a process a core, four at most
	$(BIN)/python -m pytest --numprocesses logical --maxprocesses 4 --dist loadfile --no-loadscope-reorder

ui: install .assignment-key ## the Dagster pages, its daemon, the review pages and the sandbox org, on loopback
	$(BIN)/assignment ui

bench: install ## the optimiser against bounds and peers, S to L; ARGS="--cpu-seconds 3" for less
	HOSPITALS_FILE="$${HOSPITALS_FILE:-$(wildcard ../shared/data/us_hospitals.csv)}" $(BIN)/assignment bench optimizer \
	  --all $(addprefix --shared ,$(wildcard ../shared/data/instances)) $(ARGS)

bench-routing: install ## routing: a simulated quarter, replay, interference, reaction; ARGS=--short for two minutes
	$(BIN)/assignment bench routing $(ARGS)

bench-write-back: install ## the write-back's bar: crashes, races, codes, calls; ARGS=--short for two minutes
	$(BIN)/assignment bench write-back $(ARGS)

bench-overlays: install ## roles beside the owner: a quarter with kills, catches, history; ARGS=--short for two minutes
	$(BIN)/assignment bench overlays $(ARGS)

bench-pages: install ## the review pages with 500 reps: times, memory, 200 directors at once; ARGS=--short for a minute
	$(BIN)/assignment bench pages $(ARGS)

bench-start: install ## what it costs to begin: --help, the demo cold and warm, compilation; ARGS=--short without the demo
	$(BIN)/assignment bench start $(ARGS)

lint: install ## style and types: rules and format of Python and SQL, mypy in the rooms that are strict
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/sqlfluff lint --nocolor sql
	$(BIN)/mypy

requirements: ## pin anew what pyproject.toml asks for (needs uv)
	uv pip compile pyproject.toml --extra test --generate-hashes --universal --no-strip-extras \
	  --python-version 3.11 --quiet --custom-compile-command "make requirements" -o requirements.txt
