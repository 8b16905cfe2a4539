"""What is missing is said in one line with the way to get it."""

from pathlib import Path

import pytest

from infra.local.setup_check import SetupIncomplete, check_setup, missing_parts


def executable(directory: Path, name: str, script: str) -> None:
    path = directory / name
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)


@pytest.fixture
def only_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with nothing on its PATH but what the test puts there."""
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def test_a_bare_machine_is_told_about_java_and_gcloud(only_path: Path) -> None:
    java, gcloud = missing_parts()
    assert "java is missing" in java
    assert "apt-get install default-jre-headless" in java
    assert "gcloud is missing" in gcloud
    assert "https://cloud.google.com/sdk/docs/install" in gcloud
    with pytest.raises(SetupIncomplete, match="java is missing"):
        check_setup()


def test_missing_emulators_are_named_with_their_commands(only_path: Path) -> None:
    (only_path / "platform" / "pubsub-emulator").mkdir(parents=True)
    executable(only_path, "java", "echo 'openjdk version \"21.0.1\"' >&2")
    executable(only_path, "gcloud", f"echo {only_path}")
    [line] = missing_parts()
    assert line.startswith("the Firestore emulator is missing")
    assert "gcloud components install cloud-firestore-emulator" in line


def test_an_old_java_is_refused(only_path: Path) -> None:
    executable(only_path, "java", "echo 'java version \"1.8.0_202\"' >&2")
    assert "java 11 or newer is missing" in missing_parts()[0]
