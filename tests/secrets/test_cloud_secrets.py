"""Secret Manager keeps two live values, is asked seldom, and what it does not answer opens nothing."""

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import grpc
import pytest
import pytest_asyncio
from google.cloud.secretmanager import SecretManagerServiceAsyncClient
from msgspec import Struct

from shared.providers.kit.credentials import WrongCredentials
from shared.providers.twilio.credentials import TwilioCredentials
from shared.runtime import Runtime
from shared.settings import SECRET_MANAGER, Settings
from shared.storage import cloud_secrets
from shared.storage.cloud_secrets import CACHED_SECONDS, FRESH_SECONDS, CloudSecrets
from shared.storage.secrets import CredentialsMissing, SecretsUnavailable
from tests.kit.builders import NOON, an_sms_sender
from tests.kit.secrets.secret_manager import SecretManager, Version, running_secret_manager

COMPANY, SENDER = "c0ffee", "texts"
NAME = f"projects/p/secrets/sender-{COMPANY}-{SENDER}"
OLD, NEW = (
    {"account_sid": "AC1", "auth_token": "old-token"},
    {"account_sid": "AC1", "auth_token": "new-token"},
)


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


class Cloud(Struct):
    """A server, and one instance that reads from it."""

    manager: SecretManager
    client: SecretManagerServiceAsyncClient
    clock: Clock
    secrets: CloudSecrets

    def another(self) -> CloudSecrets:
        """What another instance reads with."""
        return CloudSecrets(self.client, "p", self.clock)

    async def live(self, *, fresh: bool = False) -> list[str]:
        """The tokens that count, the newest first."""
        values = await self.secrets.values(COMPANY, SENDER, fresh=fresh)
        return [value.fields["auth_token"] for value in values]


@pytest_asyncio.fixture
async def cloud() -> AsyncIterator[Cloud]:
    clock = Clock()
    async with running_secret_manager() as (manager, client):
        yield Cloud(manager, client, clock, CloudSecrets(client, "p", clock))


async def test_a_sender_without_a_secret_has_no_values(cloud: Cloud) -> None:
    assert await cloud.secrets.values(COMPANY, SENDER) == ()


async def test_one_secret_per_company_and_sender_with_its_labels(cloud: Cloud) -> None:
    await cloud.secrets.add(COMPANY, SENDER, OLD, NOON)
    await cloud.secrets.add(COMPANY, "mails", OLD, NOON)
    await cloud.secrets.add("decaf", SENDER, NEW, NOON)
    assert set(cloud.manager.secrets) == {
        NAME,
        NAME.replace("texts", "mails"),
        NAME.replace(COMPANY, "decaf"),
    }
    assert cloud.manager.labels[NAME] == {"company": COMPANY, "sender": SENDER}
    assert await cloud.live() == ["old-token"]


async def test_no_company_can_have_the_name_of_anothers_secret(cloud: Cloud) -> None:
    await cloud.secrets.add("a", "b-texts", OLD, NOON)
    for company_id in ("a-b", "a/secrets/x", "", "..", "é"):
        with pytest.raises(SecretsUnavailable):
            await cloud.secrets.values(company_id, "texts")
        with pytest.raises(SecretsUnavailable):
            await cloud.secrets.add(company_id, "texts", NEW, NOON)


async def test_a_new_value_stands_before_the_old_until_that_is_ended(cloud: Cloud) -> None:
    await cloud.secrets.add(COMPANY, SENDER, OLD, NOON)
    await cloud.secrets.add(COMPANY, SENDER, NEW, NOON)
    assert await cloud.live() == ["new-token", "old-token"]
    values = await cloud.secrets.values(COMPANY, SENDER)
    assert values[0].added_at is not None
    assert values[1].added_at is not None
    assert values[0].added_at > values[1].added_at
    await cloud.secrets.end(COMPANY, SENDER, values[1].version)
    assert await cloud.live() == ["new-token"]
    assert cloud.manager.secrets[NAME][0].data == b""  # destroyed: nobody can read it any more
    await cloud.secrets.end(COMPANY, SENDER, values[1].version)  # again is no fault


async def test_versions_on_further_pages_count_and_the_tenth_is_newer_than_the_ninth(cloud: Cloud) -> None:
    for number in range(1, 12):
        await cloud.secrets.add(COMPANY, SENDER, OLD | {"auth_token": f"token-{number}"}, NOON)
    assert (await cloud.live())[:3] == ["token-11", "token-10", "token-9"]
    assert len(await cloud.live()) == 11


async def test_what_is_deleted_is_gone_and_can_be_set_anew(cloud: Cloud) -> None:
    await cloud.secrets.add(COMPANY, SENDER, OLD, NOON)
    await cloud.secrets.delete(COMPANY, SENDER)
    assert cloud.manager.secrets == {}
    assert await cloud.live() == []
    await cloud.secrets.delete(COMPANY, SENDER)
    await cloud.secrets.add(COMPANY, SENDER, NEW, NOON)
    assert await cloud.live() == ["new-token"]


async def test_messages_cost_no_call_while_the_values_are_kept(cloud: Cloud) -> None:
    await cloud.another().add(COMPANY, SENDER, OLD, NOON)
    await asyncio.gather(*(cloud.live() for _ in range(100)))
    cloud.clock.at += CACHED_SECONDS - 1
    await cloud.live()
    assert (cloud.manager.calls["ListSecretVersions"], cloud.manager.calls["AccessSecretVersion"]) == (1, 1)
    await cloud.another().add(COMPANY, SENDER, NEW, NOON)
    cloud.clock.at += 1
    assert await cloud.live() == ["new-token", "old-token"]


async def test_who_was_refused_reads_anew_but_not_each_time(cloud: Cloud) -> None:
    await cloud.another().add(COMPANY, SENDER, OLD, NOON)
    assert await cloud.live() == ["old-token"]
    await cloud.another().add(COMPANY, SENDER, NEW, NOON)
    assert await cloud.live() == ["old-token"]
    cloud.clock.at += FRESH_SECONDS
    assert await cloud.live(fresh=True) == ["new-token", "old-token"]
    before = cloud.manager.calls["ListSecretVersions"]
    for _ in range(50):  # as somebody who sends wrong signatures would make us
        await cloud.live(fresh=True)
    assert cloud.manager.calls["ListSecretVersions"] == before


async def test_missing_credentials_are_seen_soon_after_they_were_set(cloud: Cloud) -> None:
    assert await cloud.live() == []
    await cloud.another().add(COMPANY, SENDER, OLD, NOON)
    cloud.clock.at += FRESH_SECONDS
    assert await cloud.live() == ["old-token"]


async def test_a_version_that_is_listed_after_its_end_is_left_out(cloud: Cloud) -> None:
    await cloud.secrets.add(COMPANY, SENDER, OLD, NOON)
    await cloud.secrets.add(COMPANY, SENDER, NEW, NOON)
    cloud.manager.lists_late = True
    await cloud.secrets.end(COMPANY, SENDER, "1")
    assert await cloud.live() == ["new-token"]


@pytest.mark.parametrize(
    "code",
    [
        grpc.StatusCode.PERMISSION_DENIED,
        grpc.StatusCode.RESOURCE_EXHAUSTED,
        grpc.StatusCode.UNAVAILABLE,
        grpc.StatusCode.INTERNAL,
        grpc.StatusCode.UNAUTHENTICATED,
    ],
)
async def test_what_cannot_be_read_or_written_is_said_and_opens_nothing(
    cloud: Cloud, code: grpc.StatusCode, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cloud_secrets, "CALL_SECONDS", 0.5)
    await cloud.secrets.add(COMPANY, SENDER, OLD, NOON)
    cloud.manager.failing = code
    for attempt in (
        cloud.secrets.values(COMPANY, SENDER),
        cloud.secrets.add(COMPANY, SENDER, NEW, NOON),
        cloud.secrets.end(COMPANY, SENDER, "1"),
        cloud.secrets.delete(COMPANY, SENDER),
    ):
        with pytest.raises(SecretsUnavailable) as raised:
            await attempt
        assert "token" not in str(raised.value)
    cloud.manager.failing = None
    assert await cloud.live() == ["old-token"]


async def test_an_answer_that_does_not_come_is_not_waited_for(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cloud_secrets, "CALL_SECONDS", 0.2)
    cloud.manager.hangs = True
    with pytest.raises(SecretsUnavailable, match="TimeoutError"):
        await cloud.secrets.values(COMPANY, SENDER)


def _runtime(secrets: CloudSecrets) -> Runtime:
    settings = Settings(
        project_id="p", upload_bucket="b", public_url="u", signing_key="k", secrets=SECRET_MANAGER
    )
    runtime = Runtime(settings)
    runtime.secrets = secrets
    return runtime


async def test_a_payload_that_ops_wrote_wrong_is_missing_credentials_not_a_crash(cloud: Cloud) -> None:
    runtime = _runtime(cloud.secrets)
    for data in (b"", b"\xff", b"token", b'["token"]', b'{"auth_token": 1}', b'{"auth_token": "only-token"}'):
        cloud.manager.secrets[NAME] = [Version(1, data, NOON)]
        cloud.clock.at += CACHED_SECONDS
        with pytest.raises(WrongCredentials) as raised:
            await runtime.credentials(COMPANY, an_sms_sender())
        assert "only-token" not in str(raised.value)


async def test_the_runtime_signs_in_with_the_newest_and_verifies_with_both(cloud: Cloud) -> None:
    runtime, sender = _runtime(cloud.secrets), an_sms_sender()
    with pytest.raises(CredentialsMissing):
        await runtime.credentials(COMPANY, sender)
    await cloud.secrets.add(COMPANY, SENDER, OLD, NOON)
    await cloud.secrets.add(COMPANY, SENDER, NEW, NOON)
    newest, old = await runtime.live_credentials(COMPANY, sender)
    assert await runtime.credentials(COMPANY, sender) == newest
    assert [one.auth_token for one in (newest, old) if isinstance(one, TwilioCredentials)] == [
        "new-token",
        "old-token",
    ]
    assert "token" not in repr([newest, old, *await cloud.secrets.values(COMPANY, SENDER)])


async def test_the_setting_chooses_secret_manager(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    account = tmp_path / "account.json"
    account.write_text(
        '{"type": "authorized_user", "client_id": "i", "client_secret": "s", "refresh_token": "r"}'
    )
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(account))
    settings = Settings(
        project_id="p", upload_bucket="b", public_url="u", signing_key="k", secrets=SECRET_MANAGER
    )
    assert isinstance(Runtime(settings).secrets, CloudSecrets)
