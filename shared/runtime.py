"""The only builder of clients: each on first use, none at import."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from shared import calls, log
from shared.settings import SECRET_MANAGER, Settings

if TYPE_CHECKING:  # the Google clients cost a third of a second each: only who uses one pays for it
    from shared.domain.job import Job
    from shared.domain.senders.sender import Sender
    from shared.firestore.stores import Stores
    from shared.providers.kit.adapters import (
        MessageSender,
        OwnLists,
        ProviderAccount,
        ProviderContents,
        ProviderHistory,
    )
    from shared.providers.kit.credentials import Credentials
    from shared.pubsub.dead_letters import DeadLetters
    from shared.pubsub.publisher import Publisher
    from shared.storage.files import Files
    from shared.storage.secrets import Secrets

FILES_AT_ONCE = 4


def _utc_now() -> datetime:
    return datetime.now(UTC)


def _set_clock(path: str) -> Callable[[], datetime]:
    from shared.set_clock import set_clock  # the local stack's alone

    return set_clock(path)


class Runtime:
    """What use cases work with: settings, stores, publisher, files, secrets and the clock."""

    def __init__(self, settings: Settings, clock: Callable[[], datetime] | None = None) -> None:
        self.settings = settings
        self.now = clock or (_set_clock(settings.clock_file) if settings.clock_file else _utc_now)  # in UTC
        self.senders_known_good: dict[tuple[object, ...], float] = {}  # until when (time.monotonic)
        self.batches_at_work: Counter[str] = Counter()  # claimed in this process, by fire
        self.sums_marked: dict[tuple[str, str], datetime] = {}  # when, by company and fire
        self.senders_heard: dict[tuple[str, str], tuple[float, Sender]] = {}  # when (time.monotonic), and who
        self.senders_down: dict[tuple[str, str], float] = {}  # until when (time.monotonic), by company and id
        self.file_turns = asyncio.Semaphore(FILES_AT_ONCE)  # each may take as much memory as a file has bytes
        self.attachment_turn = asyncio.Lock()  # a mail with attachments takes five times their size
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._with_fallback: Callable[[Publisher], Publisher] = lambda publisher: publisher
        if settings.extra_providers:
            from shared.providers.registry import register_extra

            register_extra(settings.extra_providers)

    def turn(self, company_id: str) -> asyncio.Lock:
        """For transactions on a company's messages that this process would else make fail each other.

        Queries in a transaction lock more than what they find. Other processes are not kept out: the
        transactions themselves are what keeps order.
        """
        return self._turns.setdefault(company_id, asyncio.Lock())

    @cached_property
    def stores(self) -> "Stores":
        """The company's collections."""
        from google.cloud.firestore import AsyncClient

        from shared.firestore.kit.retention import Periods
        from shared.firestore.stores import Stores

        periods = Periods(
            messages=timedelta(days=self.settings.retention_days),
            rows=timedelta(days=self.settings.rows_retention_days),
        )
        return Stores(AsyncClient(project=self.settings.project_id), periods)

    @cached_property
    def publisher(self) -> "Publisher":
        """Announces jobs."""
        from shared.pubsub.publisher import PubSubPublisher

        publisher = PubSubPublisher(self.settings.project_id, self.settings.pubsub_emulator_host)
        return self._with_fallback(publisher)

    def do_jobs_here(self, run: "Callable[[Job], Awaitable[None]]") -> None:
        """Have each job done by `run` at once, in this process, instead of announcing it."""
        from shared.pubsub.inline import InlinePublisher

        self.publisher = InlinePublisher(run)

    def fall_back_to(
        self, run: "Callable[[Job], Awaitable[None]]", note: Callable[[bool], Awaitable[None]]
    ) -> None:
        """While publishing fails, have small jobs done by `run` in this process.

        `note` is told whether publishing fails. To be called before the first job is announced.
        """
        from shared.pubsub.inline import FallingBack

        self._with_fallback = lambda publisher: FallingBack(publisher, run, note)

    def deadline(self) -> float:
        """By when (time.monotonic) the work of this call must have ended, counted from its begin."""
        settings, call = self.settings, calls.current()
        if call is None:
            return time.monotonic() + settings.function_timeout_seconds
        if not call.is_waited_for:
            return call.began_at + settings.function_timeout_seconds
        inline = settings.inline_seconds + settings.longest_call_seconds
        return call.began_at + min(inline, settings.function_timeout_seconds)

    @cached_property
    def dead_letters(self) -> "DeadLetters":
        """Jobs nobody could do."""
        from shared.pubsub.dead_letters import DeadLetters

        return DeadLetters(self.settings.project_id, self.settings.pubsub_emulator_host)

    @cached_property
    def files(self) -> "Files":
        """The upload bucket."""
        from shared.storage.files import Files

        return Files(
            self.settings.upload_bucket,
            self.settings.storage_public_url,
            is_emulated=bool(self.settings.storage_emulator_host),
        )

    @cached_property
    def secrets(self) -> "Secrets":
        """Provider credentials: in Secret Manager, or in a file on this machine."""
        if self.settings.secrets == SECRET_MANAGER:
            from google.cloud.secretmanager import SecretManagerServiceAsyncClient

            from shared.storage.cloud_secrets import CloudSecrets

            return CloudSecrets(SecretManagerServiceAsyncClient(), self.settings.project_id)
        from shared.storage.secrets_file import SecretsFile

        return SecretsFile(self.settings.secrets)

    async def live_credentials(
        self, company_id: str, sender: "Sender", *, fresh: bool = False
    ) -> "Sequence[Credentials]":
        """All of the sender's credentials that count, the newest first. Only the newest sign us in.

        `fresh` ones are for who was refused with those that are kept in memory. Raises CredentialsMissing,
        WrongCredentials when the newest are incomplete, SecretsUnavailable.
        """
        from shared.providers.kit.credentials import WrongCredentials
        from shared.providers.registry import credentials_of
        from shared.storage.secrets import CredentialsMissing

        values = await self.secrets.values(company_id, sender.id, fresh=fresh)
        if not values:
            raise CredentialsMissing(f"There are no credentials for sender {sender.id!r}.")
        log.conceal(text for value in values for text in value.fields.values())
        found = [credentials_of(sender, values[0].fields)]
        for older in values[1:]:
            with suppress(WrongCredentials):  # a broken one that is on its way out verifies nothing
                found.append(credentials_of(sender, older.fields))
        return found

    async def credentials(self, company_id: str, sender: "Sender", *, fresh: bool = False) -> "Credentials":
        """The sender's newest credentials. Raises what `live_credentials` does."""
        return (await self.live_credentials(company_id, sender, fresh=fresh))[0]

    def message_sender(self, sender: "Sender", credentials: "Credentials") -> "MessageSender":
        """What sends for this sender. Raises WrongCredentials."""
        from shared.providers.registry import open_sender

        return open_sender(sender, credentials, self.settings)

    def provider_history(self, sender: "Sender", credentials: "Credentials") -> "ProviderHistory | None":
        """What the sender's provider says it has sent; None where it keeps no list."""
        from shared.providers.registry import open_history

        return open_history(sender, credentials, self.settings)

    def provider_account(self, sender: "Sender", credentials: "Credentials") -> "ProviderAccount":
        """What the sender's provider says of its account. Raises WrongCredentials."""
        from shared.providers.registry import open_account

        return open_account(sender, credentials, self.settings)

    def provider_contents(self, sender: "Sender", credentials: "Credentials") -> "ProviderContents | None":
        """The message formats that the sender's provider keeps; None where it keeps none."""
        from shared.providers.registry import open_contents

        return open_contents(sender, credentials, self.settings)

    def own_lists(self, sender: "Sender", credentials: "Credentials") -> "OwnLists | None":
        """The list of who unsubscribed that the sender's provider lets us change; None without one."""
        from shared.providers.registry import open_own_lists

        return open_own_lists(sender, credentials, self.settings)
