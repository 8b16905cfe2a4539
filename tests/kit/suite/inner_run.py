"""A run of pytest within a test, of a module made for it and with one plugin of ours."""

import os
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[3]


def inner_run(folder: Path, module: str, plugin: str, *options: str) -> tuple[int, str]:
    """The exit code, and what the run said."""
    (folder / "test_inner.py").write_text(module, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-c", os.devnull, f"--rootdir={folder}"]
    done = subprocess.run(  # noqa: S603 - our own module
        [*command, "-p", f"tests.kit.suite.{plugin}", *options, str(folder)],
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr
