"""What the tests of deployments share."""

import pytest

from tests.deploy.every_command import plan_words, written_words
from tests.deploy.gcloud_parser import Verdict, try_commands


@pytest.fixture(scope="session")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> list[Verdict]:
    """The real gcloud's verdict on every command there is."""
    commands = sorted(plan_words() | set(written_words()))
    return try_commands(commands, tmp_path_factory.mktemp("gcloud"))
