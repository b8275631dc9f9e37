# Each target sets up the environment that it needs. `make help` lists the targets.
# ONLY=03 (notebooks), ONLY=optimizers (experiments), ONLY=post_cnn (models), ONLY=name (bench),
# ONLY="one thread" (processors), ONLY=1234 (layers, a seed) restricts a target.
# SCHEDULER=tcp://HOST:8786 (experiments) trains on the Dask cluster there.
PYTHON ?= python3
ONLY ?=
# As it is given to make: the variable of the environment says what the terminal speaks.
SPOKEN := $(if $(filter command,$(origin LANGUAGE)),$(LANGUAGE))

ifeq ($(OS),Windows_NT)
BIN := .venv/Scripts
else
BIN := .venv/bin
endif
# The environment holds paths: it says where it was made, and is made anew in a folder that moved.
READY := .venv/ready
MOVED := $(shell [ "$$(cat $(READY) 2>/dev/null)" = "$$(pwd)" ] || echo moved)

export PYTHONUTF8 = 1
export TF_CPP_MIN_LOG_LEVEL = 3

.PHONY: help book test processors layers attacks photographs lab notebooks experiments models bench \
        pdf epub take student slides links catalogues format clean moved
help:  ## list the targets
	@grep -E '^[a-z]+:.*##' Makefile | sed 's/:.*## /\t/'

$(READY): requirements.txt pyproject.toml $(MOVED)
	@$(PYTHON) -c "import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))" || \
	  { echo "Python 3.11, 3.12 or 3.13 is needed; $(PYTHON) is another. Try: make PYTHON=python3.13"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes --only-binary :all: --requirement requirements.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@pwd > $@

book: $(READY)  ## build the book into _build/html from the stored outputs (LANGUAGE=de for German)
	$(BIN)/python book/build.py $(if $(SPOKEN),--language $(SPOKEN))

test: $(READY)  ## run every test
	$(BIN)/python -m pytest --numprocesses 2

processors: $(READY)  ## run chapters and numerical tests as other processors would
	$(BIN)/python tests/processors.py $(if $(ONLY),--setting "$(ONLY)")

layers: $(READY)  ## compare two thousand random layers, NumPy's and the page's, with TensorFlow's
	$(BIN)/python tests/layers.py $(if $(ONLY),--seed $(ONLY))

attacks: $(READY)  ## kill, fill and damage what can be, and count what is lost (ONLY=name for one)
	$(BIN)/python tests/attacks.py $(ONLY)

photographs: $(READY)  ## draw 2,000 photographs of digits, read them, and count what came of it
	$(BIN)/python tests/photographs.py

lab: $(READY)  ## open JupyterLab
	$(BIN)/python -m jupyterlab --ServerApp.root_dir=. --LabApp.app_settings_dir=book/lab --LabApp.default_url=/lab/tree/README.md

notebooks: $(READY)  ## re-run chapters in full (ONLY=03 for one)
	$(BIN)/python notebooks/run.py $(ONLY)

experiments: $(READY)  ## train and record the runs that are missing (ONLY=optimizers)
	$(BIN)/python -m mnist_helpers.experiments run $(ONLY) $(if $(SCHEDULER),--scheduler $(SCHEDULER))

models: $(READY)  ## train networks of the book anew (ONLY=post_cnn)
	$(BIN)/python models/remake.py $(ONLY)

bench: $(READY)  ## measure the book's speed claims (ONLY=name for one)
	$(BIN)/python -m benchmarks $(ONLY)

pdf: $(READY)  ## print the book into _build/take/ten-digits.pdf
	$(BIN)/python book/take.py pdf

epub: $(READY)  ## write the book as an EPUB into _build/take
	$(BIN)/python book/take.py epub

take: $(READY)  ## make all that a release carries: PDF, EPUB, the site for offline use, the wheel
	$(BIN)/python book/take.py pdf epub site wheel

student: $(READY)  ## make the notebooks for a class into _build/student: no outputs, no solutions
	$(BIN)/python notebooks/student.py

slides: $(READY)  ## make slides of each chapter into _build/slides: promises, figures, findings
	$(BIN)/python book/slides.py

catalogues: $(READY)  ## bring a translation up to date with the English (LANGUAGE=de; ONLY=02 begins one)
	$(BIN)/python book/translate.py $(or $(SPOKEN),$(error Which language? make catalogues LANGUAGE=de)) $(ONLY)

links: $(READY)  ## check the links that leave the book
	$(BIN)/python book/build.py --links

format: $(READY)  ## format and lint all code, notebooks included
	$(BIN)/python -m ruff format
	$(BIN)/python -m ruff check --fix

clean:  ## remove the built book, what chapters wrote, and what killed processes left
	rm -rf _build notebooks/_output
	find . -name '.writing-*' -not -path './.venv/*' -prune -exec rm -r {} +
