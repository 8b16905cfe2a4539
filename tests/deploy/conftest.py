"""What the tests of deployments share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kit.deploy.empty_project import Project, empty_project, fake_environment
from tests.kit.deploy.every_command import plan_words, written_words
from tests.kit.deploy.gcloud_parser import Verdict, try_commands


@pytest.fixture(scope="session")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> list[Verdict]:
    """The real gcloud's verdict on every command there is."""
    commands = sorted(plan_words() | set(written_words()))
    return try_commands(commands, tmp_path_factory.mktemp("gcloud"))


@pytest.fixture(scope="session")
def first_deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """A project that was empty and was deployed to once. Not to be changed: see `project`."""
    directory = tmp_path_factory.mktemp("project")
    with empty_project(directory) as made:
        with pytest.MonkeyPatch.context() as patch:  # other tests ask the real gcloud
            for name, value in fake_environment(directory).items():
                patch.setenv(name, value)
            made.counts = made.apply()
        yield made


@pytest.fixture
def project(first_deployment: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    """A copy of a deployed project."""
    for name, value in fake_environment(tmp_path).items():
        monkeypatch.setenv(name, value)
    with empty_project(tmp_path) as made:
        made.take_over(first_deployment)
        yield made
