"""The crash matrix: `python -m tests.crash [pytest's arguments]`; see `test_matrix`."""

import os
import sys
from pathlib import Path

import pytest

os.environ["CRASH_MATRIX"] = "1"
sys.exit(pytest.main(["-m", "", str(Path(__file__).with_name("test_matrix.py")), *sys.argv[1:]]))
