# make lab    read the book: opens JupyterLab on its start page
# make test   run everything: the tests of the library, and every notebook
# For those who change it: make notebooks, lint, lock, clean (see CONTRIBUTING.md)

PYTHON ?= python3
IN_VENV := .venv/bin/python

.PHONY: help lab test notebooks lint format lock clean .venv
.DEFAULT_GOAL := help

help:
	@sed -n 's/^# //p' Makefile | head -3

.venv:
	@$(PYTHON) tools/install.py

lab: .venv
	@$(IN_VENV) tools/lab.py

test: .venv
	$(IN_VENV) -m pytest --nbval tests notebooks

notebooks: .venv
	$(IN_VENV) tools/run_notebooks.py

lint: .venv
	$(IN_VENV) -m ruff check
	$(IN_VENV) -m ruff format --check

format: .venv
	$(IN_VENV) -m ruff check --fix
	$(IN_VENV) -m ruff format

lock:
	@$(PYTHON) tools/lock.py

clean:
	rm -rf .venv .cache build dist
	find convnet_lib tests tools -name __pycache__ -type d -prune -exec rm -rf {} +
