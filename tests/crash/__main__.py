"""The crash matrix: `python -m tests.crash [--random N] [--seed S]`."""

from tests.crash.matrix import main

main()
