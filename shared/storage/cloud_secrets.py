"""Credentials in Google Secret Manager: a secret per company and sender, an enabled version per live value.

A version's payload is a JSON object of the fields, so that ops can add and disable versions with gcloud too.
Secret Manager is eventually consistent, but for a version that is read by its number: what is listed may be
minutes behind. https://cloud.google.com/secret-manager/docs/overview
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime

import msgspec
from google.api_core.exceptions import (
    AlreadyExists,
    FailedPrecondition,
    GoogleAPICallError,
    NotFound,
    RetryError,
)
from google.auth.exceptions import GoogleAuthError
from google.cloud.secretmanager import SecretManagerServiceAsyncClient, SecretVersion

from shared.storage.secrets import LiveValue, SecretsUnavailable, read_fields

CACHED_SECONDS = 60.0
FRESH_SECONDS = 5.0  # a caller who sends wrong signatures must not have the secret read each time
CALL_SECONDS = 10.0

_Key = tuple[str, str]


class CloudSecrets:
    """Credentials by company and sender, kept in memory for a minute."""

    def __init__(
        self,
        client: SecretManagerServiceAsyncClient,
        project_id: str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._project_id = project_id
        self._clock = clock
        self._read: dict[_Key, tuple[float, Sequence[LiveValue]]] = {}
        self._reading: dict[_Key, asyncio.Lock] = {}

    async def values(self, company_id: str, sender_id: str, *, fresh: bool = False) -> Sequence[LiveValue]:
        """The sender's live values, the newest first. Whoever asks at the same time shares one reading."""
        key = (company_id, sender_id)
        async with self._reading.setdefault(key, asyncio.Lock()):
            read_at, values = self._read.get(key, (float("-inf"), ()))
            good_for = CACHED_SECONDS if values and not fresh else FRESH_SECONDS
            if self._clock() - read_at >= good_for:
                values = await self._values(self._name(company_id, sender_id))
                self._read[key] = (self._clock(), values)
            return values

    async def add(self, company_id: str, sender_id: str, fields: Mapping[str, str], now: datetime) -> None:
        """Add a version, dated by Secret Manager's clock; the first one makes the secret."""
        name, data = self._name(company_id, sender_id), msgspec.json.encode(dict(fields))
        secret = {"replication": {"automatic": {}}, "labels": {"company": company_id, "sender": sender_id}}
        async with self._calling((company_id, sender_id)):
            with suppress(AlreadyExists):
                await self._client.create_secret(
                    request={
                        "parent": f"projects/{self._project_id}",
                        "secret_id": name.rpartition("/")[2],
                        "secret": secret,
                    }
                )
            await self._client.add_secret_version(request={"parent": name, "payload": {"data": data}})

    async def end(self, company_id: str, sender_id: str, version: str) -> None:
        """Destroy one version: nobody can read it any more."""
        name = f"{self._name(company_id, sender_id)}/versions/{version}"
        async with self._calling((company_id, sender_id)):
            try:
                await self._client.destroy_secret_version(request={"name": name})
            except (FailedPrecondition, NotFound):  # it has ended already
                return

    async def delete(self, company_id: str, sender_id: str) -> None:
        """Delete the secret with all its versions."""
        async with self._calling((company_id, sender_id)):
            try:
                await self._client.delete_secret(request={"name": self._name(company_id, sender_id)})
            except NotFound:
                return

    def _name(self, company_id: str, sender_id: str) -> str:
        if not (
            company_id.isascii() and company_id.isalnum()
        ):  # with a hyphen in it, two companies' senders could share a name
            raise SecretsUnavailable(f"The company id {company_id!r} cannot be a part of a secret's name.")
        return f"projects/{self._project_id}/secrets/sender-{company_id}-{sender_id}"

    async def _values(self, name: str) -> Sequence[LiveValue]:
        async with self._calling():
            try:
                pager = await self._client.list_secret_versions(
                    request={"parent": name, "filter": "state:ENABLED"}
                )
                listed = [version async for version in pager]
            except NotFound:
                return ()
            found = await asyncio.gather(*(self._value(version) for version in listed))
        values = [value for value in found if value is not None]
        return sorted(values, key=lambda value: int(value.version), reverse=True)

    async def _value(self, version: SecretVersion) -> LiveValue | None:
        """One version; None for one that has ended since it was listed, which may be minutes ago."""
        try:
            answer = await self._client.access_secret_version(request={"name": version.name})
        except (FailedPrecondition, NotFound):
            return None
        return LiveValue(
            version=version.name.rpartition("/")[2],
            added_at=datetime.fromtimestamp(version.create_time.timestamp(), UTC),
            fields=read_fields(answer.payload.data),
        )

    @asynccontextmanager
    async def _calling(self, changed: _Key | None = None) -> AsyncIterator[None]:
        """Bound the calls inside in time, and say what went wrong; what is `changed` is read anew."""
        try:
            async with asyncio.timeout(CALL_SECONDS):
                yield
        except (GoogleAPICallError, GoogleAuthError, RetryError, TimeoutError) as error:
            raise SecretsUnavailable(
                f"Secret Manager could not do it ({type(error).__name__}). Try again shortly."
            ) from error
        finally:
            if changed is not None:
                self._read.pop(changed, None)
