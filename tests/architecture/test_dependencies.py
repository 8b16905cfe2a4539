"""Dependencies are pinned, and come from wherever the installer is told to look."""

import re
import tomllib

import pytest

from tests.kit.architecture.source_tree import ROOT

PIN = re.compile(r"([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;]+)(?:\s*;.*)?")
FILES = ("requirements.txt", "requirements-dev.txt")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def _normal(requirement: str) -> str:
    """The name in a requirement, in its one form (PEP 503)."""
    name = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert name, requirement
    return re.sub(r"[-_.]+", "-", name.group()).lower()


def _lines(file: str) -> list[str]:
    lines = (line.split(" #")[0].strip() for line in (ROOT / file).read_text(encoding="utf-8").splitlines())
    return [line.rstrip("\\").strip() for line in lines if line and not line.startswith(("#", "--hash="))]


def _pins(file: str) -> dict[str, set[str]]:
    """Versions by name; there are several where Python versions differ."""
    pins: dict[str, set[str]] = {}
    for line in _lines(file):
        if match := PIN.fullmatch(line):
            pins.setdefault(_normal(match[1]), set()).add(match[2])
    return pins


@pytest.mark.parametrize("file", FILES)
def test_everything_is_pinned_and_nothing_names_an_index(file: str) -> None:
    loose = [line for line in _lines(file) if not PIN.fullmatch(line)]
    assert loose == []  # options such as --index-url or --find-links, addresses and ranges alike
    assert "://" not in (ROOT / file).read_text(encoding="utf-8")


def test_every_direct_dependency_is_pinned_for_the_cloud() -> None:
    pinned = set(_pins("requirements.txt"))
    assert {_normal(name) for name in PROJECT["project"]["dependencies"]} - pinned == set()


def test_every_tool_is_pinned_for_development() -> None:
    pinned = set(_pins("requirements-dev.txt"))
    assert {_normal(name) for name in PROJECT["dependency-groups"]["dev"]} - pinned == set()


def test_development_runs_on_what_the_cloud_runs_on() -> None:
    development = _pins("requirements-dev.txt")
    differing = {
        name: (versions, development.get(name))
        for name, versions in _pins("requirements.txt").items()
        if development.get(name) != versions
    }
    assert differing == {}
