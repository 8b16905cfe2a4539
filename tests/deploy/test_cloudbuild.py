"""cloudbuild.yaml: what it names exists, and what can run here is run."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from infra.deploy.source import REPOSITORY
from tests.kit.deploy.gcloud_parser import Definition, unknown_parts

TEXT = (REPOSITORY / "cloudbuild.yaml").read_text(encoding="utf-8")
BUILD: dict[str, Any] = yaml.safe_load(TEXT)
STEPS: dict[str, dict[str, Any]] = {step["id"]: step for step in BUILD["steps"]}
GIVEN = {"PROJECT_ID": "acme-rollcall"}  # by Cloud Build itself
APT_GET = "#!/bin/sh\n"  # the tools are here already
MAKE = '#!/bin/sh\nprintf "%s\\n" "$@"\n'


def _run(step: str, directory: Path, *, make: str = MAKE, **changes: str) -> subprocess.CompletedProcess[str]:
    """The step's script with its substitutions, as Cloud Build runs it, but with a make that only tells."""
    programs = directory / "bin"
    programs.mkdir()
    for name, text in {"apt-get": APT_GET, "make": make}.items():
        (programs / name).write_text(text)
        (programs / name).chmod(0o755)
    env = {**GIVEN, **BUILD["substitutions"], **changes, "PATH": f"{programs}:{os.environ['PATH']}"}
    script = directory / "script"
    script.write_text(STEPS[step]["script"])
    command = ["bash", str(script)]
    return subprocess.run(command, cwd=REPOSITORY, env=env, capture_output=True, text=True, check=False)  # noqa: S603


def test_cloud_build_knows_every_field(tmp_path: Path) -> None:
    build = Definition(place="cloudbuild.yaml", api="cloudbuild", version="v1", kind="Build", content=BUILD)
    assert unknown_parts([build], tmp_path) == {}


def test_the_order_is_check_test_plan_deploy_smoke() -> None:
    assert list(STEPS) == ["check", "test", "plan", "deploy", "smoke"]
    assert all("waitFor" not in step for step in STEPS.values())  # one after the other
    assert all(step["script"].splitlines()[1] == "set -euo pipefail" for step in STEPS.values())


def test_every_step_makes_a_target_that_exists(tmp_path: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (REPOSITORY / "Makefile").read_text(encoding="utf-8"), re.M))
    for name in STEPS:
        directory = tmp_path / name
        directory.mkdir()
        done = _run(name, directory)
        assert done.returncode == 0, done.stderr
        assert done.stdout.split()[0] in targets


def test_substitutions_are_documented_used_and_given() -> None:
    used = set(re.findall(r"\$(_[A-Z_]+)", TEXT))
    assert used == set(BUILD["substitutions"])
    head = TEXT.partition("substitutions:")[0]
    assert all(name in head for name in used)
    assert BUILD["options"]["automapSubstitutions"] is True


def test_without_deploying_it_stops_after_the_plan(tmp_path: Path) -> None:
    for name in ("deploy", "smoke"):
        (tmp_path / name).mkdir()
        done = _run(name, tmp_path / name, _DEPLOY="no")
        assert done.returncode == 0
        assert "_DEPLOY=no" in done.stdout


def test_a_failing_step_fails_the_build(tmp_path: Path) -> None:
    for name in STEPS:
        (tmp_path / name).mkdir()
        assert _run(name, tmp_path / name, make="#!/bin/sh\nexit 3\n").returncode != 0


@pytest.mark.parametrize("target", ["deploy-plan", "restore-plan"])
def test_the_makefile_prints_plans_for_real(target: str, tmp_path: Path) -> None:
    """With the Makefile's own recipe; only the virtual environment is the one that runs the tests."""
    make = shutil.which("make")
    assert make
    venv = tmp_path / ".venv"
    (venv / "bin").mkdir(parents=True)
    (venv / "bin" / "python").write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    (venv / "bin" / "python").chmod(0o755)
    (venv / ".installed").touch()
    command = [make, "-s", target, f"VENV={venv}", "REGION=europe-west1", "PROJECT=acme-rollcall"]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stderr
    assert "acme-rollcall" in done.stdout
    command = [make, "-s", "deploy", f"VENV={venv}"]
    asked = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)  # noqa: S603
    assert asked.returncode != 0
    assert "Say which Google Cloud project: PROJECT=acme-rollcall" in asked.stdout
