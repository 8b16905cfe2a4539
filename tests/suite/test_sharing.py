"""What shares its fixtures runs in one process, and what takes long is begun first."""

import re
from pathlib import Path

import pytest

from tests.kit.suite.inner_run import inner_run
from tests.kit.suite.sharing import LONGEST_FIRST, TOGETHER, share_of

MODULE = """
import os
import pytest

@pytest.fixture(scope="module")
def process():
    print("MADE", os.getpid())

@pytest.mark.parametrize("number", range(12))
def test_it(process, number):
    pass
"""
REPOSITORY = Path(__file__).resolve().parents[2]


def test_a_module_stays_in_one_process(tmp_path: Path) -> None:
    (tmp_path / "test_other.py").write_text(MODULE, encoding="utf-8")
    code, said = inner_run(tmp_path, MODULE, "sharing", "-n2", "-rP", "-v")
    assert code == 0
    assert len(re.findall("^MADE", said, re.MULTILINE)) == 2
    assert set(re.findall(r"\[gw(\d)\]", said)) == {"0", "1"}


@pytest.mark.parametrize(
    ("nodeid", "share"),
    [
        ("tests/deploy/test_apply.py::test_x[a::b]", "tests/deploy"),
        ("tests/deployment/test_apply.py::test_x", "tests/deployment/test_apply.py"),
        ("tests/api/test_files.py::test_x[y]", "tests/api/test_files.py"),
    ],
)
def test_shares(nodeid: str, share: str) -> None:
    assert share_of(nodeid) == share


def test_the_folders_that_are_named_are_there() -> None:
    for folder in (*TOGETHER, *LONGEST_FIRST):
        assert (REPOSITORY / folder).is_dir(), folder
