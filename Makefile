# make lab    read the book: opens JupyterLab on its start page
# make test   run the tests of the library, and every notebook
# For those who change it: make notebooks, lint, lock, clean (see CONTRIBUTING.md)

PYTHON ?= python3
IN_VENV := .venv/bin/python

.PHONY: help lab test test-search test-package citation notebooks lint format lock clean .venv node_modules
.DEFAULT_GOAL := help

help:
	@sed -n 's/^# //p' Makefile | head -3

.venv:
	@$(PYTHON) tools/install.py

lab: .venv
	@$(IN_VENV) tools/lab.py

test: .venv
	$(IN_VENV) -m pytest --nbval --doctest-modules convnet_lib tests notebooks

# Cases that were not drawn before, the most that a night has time for.
test-search: .venv
	$(IN_VENV) -m pytest --hypothesis-profile=search tests

# What pip makes of the wheel in an empty environment, with packages that it fetches anew.
test-package: .venv
	$(IN_VENV) -m pytest -m registry tests/test_package.py

# Writes the version, the date and the address of pyproject.toml and CHANGELOG.md into CITATION.cff.
citation: .venv
	@$(IN_VENV) tools/front_door.py --write

notebooks: .venv
	$(IN_VENV) tools/run_notebooks.py

lint: .venv node_modules
	$(IN_VENV) -m ruff check
	$(IN_VENV) -m ruff format --check
	npm run --silent lint
	git ls-files -z | xargs -0 $(IN_VENV) -m codespell_lib

format: .venv node_modules
	$(IN_VENV) -m ruff check --fix
	$(IN_VENV) -m ruff format
	npm run --silent format

# What checks the JavaScript; nothing else needs npm but the site, the slides and the hub.
node_modules:
	@command -v npm >/dev/null || { echo "There is no npm here, which checks the JavaScript: apt-get install npm"; exit 1; }
	@cmp -s package-lock.json node_modules/.lock || { npm ci --silent && cp package-lock.json node_modules/.lock; }

lock:
	@$(PYTHON) tools/lock.py

# The whole of MNIST in a folder that a class may read: make data FOLDER=/srv/convnet
.PHONY: data
data: .venv
	@$(IN_VENV) tools/fill_data.py "$(FOLDER)"

# What a reader's machine may do wrong: kills, full disks, servers that lie, two at once.
.PHONY: test-faults
test-faults: .venv
	CONVNET_FAULTS=1 $(IN_VENV) -m pytest tests/faults

clean:
	rm -rf .venv .venv-bench .venv-ends .cache node_modules build dist site/_build
	find convnet_lib tests tools -name __pycache__ -type d -prune -exec rm -rf {} +

# The figures in a real browser: needs Debian's chromium-headless-shell, which is the quicker one, or
# chromium, or another one named by CONVNET_BROWSER.

.PHONY: test-browser bench-widgets .browser

# Not for `make test`, which says what it leaves out.
A_BROWSER = $(shell command -v chromium-headless-shell || command -v chromium)
test-browser bench-widgets test-site test-slides test-classroom: export CONVNET_BROWSER ?= $(A_BROWSER)

.browser: .venv
	@test -n "$(CONVNET_BROWSER)" || { echo "There is no chromium here: apt-get install chromium"; exit 1; }
	@$(IN_VENV) -m pip --disable-pip-version-check install --quiet --require-hashes -r requirements-browser.txt

test-browser: .browser
	$(IN_VENV) -m pytest tests/browser

bench-widgets: .browser
	$(IN_VENV) benchmarks/widgets.py

# The book as pages that need no Python: site/_build/html. Needs npm; Chromium for the PDFs.

.PHONY: site test-site .site

.site: .venv
	@$(IN_VENV) -m pip --disable-pip-version-check install --quiet --no-deps --require-hashes -r requirements-site.txt

site: .site
	@$(IN_VENV) tools/build_site.py

test-site: .browser site
	CONVNET_SITE=site/_build/html $(IN_VENV) -m pytest tests/site

# The notebooks as slides for a classroom: build/slides. Needs npm.

.PHONY: slides test-slides

slides: .venv
	@$(IN_VENV) tools/build_slides.py

test-slides: .browser slides
	CONVNET_SLIDES=build/slides $(IN_VENV) -m pytest tests/slides

# The book for JupyterLite, in build/lite: Python in the reader's browser (teaching/classroom.md).

.PHONY: lite

lite: .venv
	@$(IN_VENV) -m pip --disable-pip-version-check install --quiet --no-deps --require-hashes -r requirements-lite.txt
	@$(IN_VENV) tools/build_lite.py

# The fast step against its rivals (benchmarks/README.md). In an environment of its own.

.PHONY: bench bench-quick .venv-bench

.venv-bench:
	@$(PYTHON) tools/install_bench.py

bench: .venv-bench
	.venv-bench/bin/python benchmarks/bench.py

bench-quick: .venv-bench
	.venv-bench/bin/python benchmarks/bench.py --quick

# Assignments and nbgrader (teaching/grading.md): what a teacher needs beside the book.

.PHONY: classroom test-classroom student

classroom: .venv
	@$(IN_VENV) -m pip --disable-pip-version-check install --quiet --no-deps --require-hashes -r requirements-classroom.txt

# Some of it in a browser, where there is one.
test-classroom: classroom
	@test -z "$(CONVNET_BROWSER)" || $(MAKE) --no-print-directory .browser
	$(IN_VENV) -m pytest tests/classroom

# What students get (teaching/classroom.md): build/student, without solutions and hidden tests.
student: classroom
	@$(IN_VENV) tools/student.py $(COURSE)

# The tests of the library with the lowest versions that pyproject.toml promises, in .venv-ends;
# test-newest: with the newest there are.

.PHONY: test-oldest test-newest

test-oldest: .venv
	@$(IN_VENV) tools/ends.py lowest-direct
	.venv-ends/bin/python tools/ends.py --test

test-newest: .venv
	@$(IN_VENV) tools/ends.py highest
	.venv-ends/bin/python tools/ends.py --test

# A JupyterHub with the recipe of teaching/jupyterhub, and a class that comes in at once. Needs npm.
# Thirty instead of twelve: make test-hub CONVNET_STUDENTS=30

.PHONY: hub test-hub

hub: .venv
	@$(IN_VENV) -m pip --disable-pip-version-check install --quiet --no-deps --require-hashes -r requirements-hub.txt
	@$(IN_VENV) tools/hub_proxy.py

# What the suites in a browser need, so that they can run beside others.

.PHONY: installed

installed: export CONVNET_BROWSER ?= $(A_BROWSER)
installed: .browser .site

test-hub: export CONVNET_STUDENTS ?= 12
test-hub: hub
	$(IN_VENV) -m pytest -s tests/hub
