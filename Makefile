# Everything a developer runs; `make help` lists it. Needs python3 (3.11 or later) and make.

PYTHON ?= python3
BIN := .venv/bin
JOBS ?= 2
PORT ?= 9092
DOCS ?= 127.0.0.1:8000

.DEFAULT_GOAL := help
ifndef SIDE_BY_SIDE
.NOTPARALLEL:
endif
MAKEFLAGS += --no-print-directory
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export NO_MKDOCS_2_WARNING := 1
export OPENBLAS_NUM_THREADS ?= 1

# $(call quietly,what,command): run it; show its output only if it fails.
quietly = @start=$$(date +%s); \
	if ($(2)) > .venv/$@.log 2>&1 < /dev/null; \
	then echo "ok: $(1) ($$(($$(date +%s) - start)) s)"; \
	else cat .venv/$@.log; echo "failed: $(1)"; exit 1; fi

# What pyproject.toml asks for, one requirement a line; the last line changes with the pins.
define WANTED
import hashlib, pathlib, sys, tomllib
project = tomllib.load(open("pyproject.toml", "rb"))["project"]
wanted = [*project["dependencies"], "hatchling", "editables"]
if sys.argv[1] == "dev":
    wanted += project["optional-dependencies"]["dev"]
pins = hashlib.sha256(pathlib.Path("constraints.txt").read_bytes()).hexdigest()
print(*sorted(set(wanted)), f"# {project['version']} {project['scripts']} {pins}", sep="\n")
endef
export WANTED

# $(call install,runtime|dev): download, then install, each timed; last the project itself, editable.
define install
@echo "Downloading the $(1) dependencies ..."; \
	start=$$(date +%s); rm -rf .venv/wheels; \
	$(BIN)/python -m pip download --quiet --only-binary :all: --dest .venv/wheels \
		--requirement .venv/$(1).txt --constraint constraints.txt || exit 1; \
	middle=$$(date +%s); echo "Installing them ..."; \
	$(BIN)/python -m pip install --quiet --no-index --find-links .venv/wheels \
		--requirement .venv/$(1).txt --constraint constraints.txt && \
	$(BIN)/python -m pip install --quiet --no-index --no-deps --no-build-isolation --editable . \
		|| exit 1; \
	rm -rf .venv/wheels; \
	echo "Ready: downloading took $$((middle - start)) s, installing $$(($$(date +%s) - middle)) s."
endef

# Tests run from the tree and would not notice a file that the wheel lacks.
define WHEEL
place=$$(mktemp -d)
trap 'rm -rf "$$place"' EXIT
$(BIN)/python -m build --wheel --no-isolation --outdir "$$place" .
$(BIN)/python -m venv --without-pip "$$place/venv"
$(BIN)/python -m pip --python "$$place/venv" install --no-index --no-deps "$$place"/*.whl
site=$$("$$place/venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
files() { find bandit streams replay poolwise.py -type f ! -name '*.pyc' | sort; }
files > "$$place/tree"
(cd "$$site" && files) > "$$place/wheel"
diff "$$place/tree" "$$place/wheel"
$(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))' > "$$site/dependencies.pth"
mkdir "$$place/empty"
cd "$$place/empty"
../venv/bin/poolwise --help
../venv/bin/python -m poolwise --version
endef
export WHEEL


help:  ## List what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-11s %s\n", $$1, $$2}' Makefile

setup: .venv/.dev  ## Make .venv with the pinned versions; nothing to do when it is up to date

demo: .venv/.runtime  ## Show poolwise at work; needs no more than the runtime dependencies
	@$(BIN)/poolwise demo

kafka: .venv/bin/python  ## Start a real Kafka broker to play with; needs Java 17, and PORT if not 9092
	@$(BIN)/python tests/broker/run.py --port $(PORT)

spark: setup  ## Add Spark to .venv, 450 MB, so that its tests run; needs Java 17
	@echo "Adding Spark ..."; start=$$(date +%s); \
		$(BIN)/python -m pip install --quiet --constraint constraints.txt pyspark && \
		echo "Ready: it took $$(($$(date +%s) - start)) s."

test: setup  ## Run the tests and the examples in docstrings
	@echo "Running the tests ..."
	@$(BIN)/python -m pytest --quiet -n $(JOBS) --dist loadscope

faults-long: setup  ## Run the tests of faults at the length of the figures; it takes long
	@POOLWISE_FAULTS=long POOLWISE_REQUIRE_KAFKA=1 $(BIN)/python -m pytest --quiet --durations=0 \
		--timeout 3600 -n $(JOBS) --dist loadscope tests/faults

# Steps that take one core each run side by side; the tests are last, so that the last line counts
# them.
check: setup  ## Run all that CI runs (Spark's tests after `make spark`)
	@$(MAKE) --jobs=$(JOBS) SIDE_BY_SIDE=1 formatted lint notebooks types site wheel imports
	@$(MAKE) test

format: setup  ## Format the code and mend what ruff can mend
	@$(BIN)/ruff check --quiet --fix-only . && $(BIN)/ruff format --quiet . && echo "Formatted."

formatted: setup  ## Check the formatting
	$(call quietly,formatting,$(BIN)/ruff format --check .)

lint: setup  ## Check with ruff
	$(call quietly,lint,$(BIN)/ruff check .)

types: setup  ## Check the types with mypy
	$(call quietly,types,$(BIN)/mypy)

imports: setup  ## Check which package may import which
	$(call quietly,import rules,$(BIN)/lint-imports)

notebooks: setup  ## Execute every notebook afresh
	$(call quietly,notebooks,$(BIN)/python notebooks/check.py)

docs: setup  ## Serve the documentation at DOCS, 127.0.0.1:8000; it follows edits
	@$(BIN)/mkdocs serve --dev-addr $(DOCS)

# What a browser would load from elsewhere; links that a reader may follow are no such thing.
ELSEWHERE := (src=|<link[^>]* href=)"?(https?:)?//

site: setup  ## Build the documentation into .venv/site; a warning is an error
	$(call quietly,site,$(BIN)/mkdocs build --quiet --strict --site-dir .venv/site && \
		! grep -rnE '$(ELSEWHERE)' .venv/site --include='*.html')

wheel: setup  ## Build the wheel, install it in an empty place and run it there
	$(call quietly,wheel,sh -e -c "$$WHEEL")

bench: setup  ## Run the benchmarks
	@for file in $$(grep -l __main__ bench/*.py); do \
		echo "$$file"; $(BIN)/python "$$file" || exit 1; done

clean:  ## Remove .venv and all else that was made
	@rm -rf .venv build dist .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
	@echo "Clean."

.PHONY: help setup demo kafka spark test faults-long check format formatted lint types imports docs site notebooks wheel bench clean


.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "poolwise needs Python 3.11 or later; name one: make PYTHON=python3.12 ..."; exit 1; }
	@echo "Making .venv ..."
	@$(PYTHON) -m venv .venv

# Written only when it changes, so that other edits of pyproject.toml install nothing.
.venv/%.txt: pyproject.toml constraints.txt | .venv/bin/python
	@$(BIN)/python -c "$$WANTED" $* > $@.new
	@if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi

.venv/.runtime: .venv/runtime.txt
	$(call install,runtime)
	@touch $@

.venv/.dev: .venv/runtime.txt .venv/dev.txt
	$(call install,dev)
	@touch .venv/.runtime $@
