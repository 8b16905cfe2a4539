"""The only builder of clients: each on first use, none at import."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from shared.settings import Settings

if TYPE_CHECKING:  # the Google clients cost a third of a second each: only who uses one pays for it
    from shared.domain.sender import Sender
    from shared.firestore.stores import Stores
    from shared.providers.credentials import Credentials
    from shared.providers.registry import MessageSender, ProviderAccount, ProviderHistory
    from shared.pubsub.dead_letters import DeadLetters
    from shared.pubsub.publisher import Publisher
    from shared.storage.files import Files
    from shared.storage.secrets import Secrets


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Runtime:
    """What use cases work with: settings, stores, publisher, files, secrets and the clock."""

    def __init__(self, settings: Settings, clock: Callable[[], datetime] = _utc_now) -> None:
        self.settings = settings
        self.now = clock  # aware, in UTC
        self.senders_known_good: dict[tuple[object, ...], float] = {}  # until when (time.monotonic)

    @cached_property
    def stores(self) -> "Stores":
        """The company's collections."""
        from google.cloud.firestore import AsyncClient

        from shared.firestore.retention import Periods
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

        return PubSubPublisher(self.settings.project_id, self.settings.pubsub_emulator_host)

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
        """Provider credentials."""
        from shared.storage.secrets import Secrets

        return Secrets(self.settings.secrets_path)

    def credentials(self, company_id: str, sender: "Sender") -> "Credentials":
        """The sender's credentials at its provider. Raises CredentialsMissing, WrongCredentials."""
        from shared.providers.credentials import credentials_of

        return credentials_of(sender, self.secrets.credentials(company_id, sender.id))

    def message_sender(self, company_id: str, sender: "Sender") -> "MessageSender":
        """What sends for this sender. Raises CredentialsMissing, WrongCredentials."""
        from shared.providers.registry import open_sender

        return open_sender(sender, self.credentials(company_id, sender), self.settings)

    def provider_history(self, company_id: str, sender: "Sender") -> "ProviderHistory | None":
        """What the sender's provider says it has sent; None where it keeps no list.

        Raises CredentialsMissing, WrongCredentials.
        """
        from shared.providers.registry import open_history

        return open_history(sender, self.credentials(company_id, sender), self.settings)

    def provider_account(self, sender: "Sender", credentials: "Credentials") -> "ProviderAccount":
        """What the sender's provider says of its account. Raises WrongCredentials."""
        from shared.providers.registry import open_account

        return open_account(sender, credentials, self.settings)
