"""The secrets file is private, whole at every moment, and read anew when it changes."""

import json
import os
import stat
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from shared.runtime import Runtime
from shared.settings import Settings
from shared.storage.secrets import SecretsUnavailable
from shared.storage.secrets_file import SecretsFile
from tests.kit.builders import NOON

OLD, NEW = {"auth_token": "old-token"}, {"auth_token": "new-token"}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "secrets.json"


def modes(folder: Path) -> set[int]:
    return {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def write(path: Path, content: str) -> None:
    """As its owner would."""
    path.touch(mode=0o600)
    path.write_text(content)


def text(path: Path) -> str:
    return path.read_text()


async def tokens(path: Path, company: str = "acme", sender: str = "texts") -> list[str]:
    """As another process reads them."""
    return [value.fields["auth_token"] for value in await SecretsFile(str(path)).values(company, sender)]


async def test_no_file_is_no_credentials(path: Path) -> None:
    assert await tokens(path) == []


async def test_values_are_added_ended_and_deleted(path: Path) -> None:
    secrets = SecretsFile(str(path))
    await secrets.add("acme", "texts", OLD, NOON)
    await secrets.add("acme", "texts", NEW, NOON)
    await secrets.add("acme", "mails", OLD, NOON)
    await secrets.add("globex", "texts", OLD, NOON)
    assert await tokens(path) == ["new-token", "old-token"]
    newest, old = await secrets.values("acme", "texts")
    assert (newest.added_at, newest.version != old.version) == (NOON, True)
    await secrets.end("acme", "texts", old.version)
    await secrets.end("acme", "texts", old.version)
    assert await tokens(path) == ["new-token"]
    await secrets.delete("acme", "texts")
    assert await tokens(path) == []
    assert await tokens(path, "acme", "mails") == await tokens(path, "globex") == ["old-token"]
    assert "new-token" not in text(path)


async def test_a_value_added_after_one_ended_has_a_version_of_its_own(path: Path) -> None:
    secrets = SecretsFile(str(path))
    await secrets.add("acme", "texts", OLD, NOON)
    await secrets.add("acme", "texts", NEW, NOON)
    await secrets.end("acme", "texts", "1")
    await secrets.add("acme", "texts", OLD, NOON)
    assert [value.version for value in await secrets.values("acme", "texts")] == ["3", "2"]


async def test_only_its_owner_may_use_it_whatever_the_umask(path: Path) -> None:
    before = os.umask(0)
    try:
        await SecretsFile(str(path)).add("acme", "texts", OLD, NOON)
    finally:
        os.umask(before)
    assert modes(path.parent) == {0o600}


@pytest.mark.parametrize("rights", [0o644, 0o640, 0o604, 0o620, 0o602, 0o666, 0o601])
async def test_a_file_that_others_may_use_is_refused_until_it_is_private(path: Path, rights: int) -> None:
    secrets = SecretsFile(str(path))
    await secrets.add("acme", "texts", OLD, NOON)
    os.chmod(path, rights)
    for attempt in (secrets.values("acme", "texts"), secrets.add("acme", "texts", NEW, NOON)):
        with pytest.raises(SecretsUnavailable, match=f"chmod 600 {path}"):
            await attempt
    with pytest.raises(SecretsUnavailable):
        await tokens(path)
    os.chmod(path, 0o600)
    assert await tokens(path) == ["old-token"]


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"acme": 1}', '{"acme": {"texts": "old-token"}}', "\x00"]
)
async def test_a_file_of_another_form_is_refused_and_not_quoted(path: Path, content: str) -> None:
    write(path, content)
    with pytest.raises(SecretsUnavailable) as raised:
        await tokens(path)
    assert "old-token" not in str(raised.value)
    assert raised.value.__cause__ is None
    with pytest.raises(SecretsUnavailable):
        await SecretsFile(str(path)).add("acme", "texts", NEW, NOON)
    assert text(path) == content  # what somebody may still mend is not written over


async def test_a_person_may_write_just_the_fields(path: Path) -> None:
    write(path, json.dumps({"acme": {"texts": OLD, "mails": {}}}))
    [value] = await SecretsFile(str(path)).values("acme", "texts")
    assert (value.fields, value.added_at) == (OLD, None)
    assert await tokens(path, "acme", "mails") == []
    await SecretsFile(str(path)).add("acme", "texts", NEW, NOON)
    assert await tokens(path) == ["new-token", "old-token"]


async def test_what_another_process_wrote_is_seen_at_once(path: Path) -> None:
    reader = SecretsFile(str(path))
    for number in range(20):  # more than once within one tick of the file system's clock
        await SecretsFile(str(path)).delete("acme", "texts")
        await SecretsFile(str(path)).add("acme", "texts", {"auth_token": f"{number:02}"}, NOON)
        assert [value.fields["auth_token"] for value in await reader.values("acme", "texts")] == [
            f"{number:02}"
        ]


async def test_a_write_that_fails_leaves_the_file_as_it_was(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets = SecretsFile(str(path))
    await secrets.add("acme", "texts", OLD, NOON)
    before = text(path)

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(SecretsUnavailable, match="No space left"):
        await secrets.add("acme", "texts", NEW, NOON)
    assert text(path) == before
    assert names(path.parent) == {"secrets.json", "secrets.json.lock"}


def _add_some(path: str, sender: str) -> None:
    import asyncio

    for number in range(20):
        asyncio.run(SecretsFile(path).add("acme", sender, {"auth_token": str(number)}, NOON))


async def test_processes_that_write_at_once_lose_nothing(path: Path) -> None:
    senders = ["one", "two", "three"]
    with ProcessPoolExecutor(3, mp_context=get_context("spawn")) as processes:
        list(processes.map(_add_some, [str(path)] * 3, senders))
    for sender in senders:
        assert len(await tokens(path, "acme", sender)) == 20


def test_the_setting_chooses_the_file(path: Path) -> None:
    settings = Settings(project_id="p", upload_bucket="b", public_url="u", signing_key="k", secrets=str(path))
    assert isinstance(Runtime(settings).secrets, SecretsFile)
    assert "'k'" not in repr(settings)
