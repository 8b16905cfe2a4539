"""The table of providers: those of the folders here, and those that the settings name besides.

To add one: a folder whose provider.py exports PROVIDER, and that record in SHIPPED. Vendors' packages are
imported only by those who send through them.
"""

import re
from collections.abc import Iterable, Mapping
from importlib import import_module
from typing import Any

from shared.domain.channels import registry as channels
from shared.domain.channels.address_kinds import AddressInvalid
from shared.domain.channels.channel import Channel
from shared.domain.contacts.opt_out import Clearing, OptOut
from shared.domain.errors import InvalidInput
from shared.domain.senders.sender import Sender
from shared.providers.kit.adapters import (
    MessageSender,
    OwnLists,
    ProviderAccount,
    ProviderContents,
    ProviderHistory,
)
from shared.providers.kit.credentials import Credentials, WrongCredentials, read_credentials
from shared.providers.kit.record import ProviderRecord, Renewal, WebhookRoute
from shared.providers.meta.provider import PROVIDER as META
from shared.providers.sendgrid.provider import PROVIDER as SENDGRID
from shared.providers.ses.provider import PROVIDER as SES
from shared.providers.smtp.provider import PROVIDER as SMTP
from shared.providers.twilio.provider import PROVIDER as TWILIO
from shared.settings import PREFIX, Settings, SettingsError

SHIPPED: tuple[ProviderRecord[Any], ...] = (TWILIO, SENDGRID, META, SES, SMTP)
_NAME = re.compile(r"[a-z][a-z0-9]*")  # as a setting's name takes it

_table: dict[str, ProviderRecord[Any]] = {record.name: record for record in SHIPPED}


def register(record: ProviderRecord[Any]) -> None:
    """Take a provider into the table, with its channels; the same record again changes nothing.

    Raises ValueError when its name is another's, or cannot be a setting's.
    """
    if _table.get(record.name, record) is not record or not _NAME.fullmatch(record.name):
        raise ValueError(f"the provider {record.name!r} is called as another is, or not in small letters")
    for channel in record.channels:
        channels.register(channel)
    _table[record.name] = record


def register_extra(modules: Iterable[str]) -> None:
    """Take in the PROVIDER of each module. Raises SettingsError for one that has none, or a wrong one."""
    for module in modules:
        try:
            register(import_module(module).PROVIDER)
        except (ImportError, AttributeError, ValueError) as error:
            raise SettingsError(f"{PREFIX}EXTRA_PROVIDERS: {module}: {error}") from error


def names() -> tuple[str, ...]:
    """The providers' names."""
    return tuple(_table)


def records() -> tuple[ProviderRecord[Any], ...]:
    """Every provider that is registered."""
    return tuple(_table.values())


def find(name: str) -> ProviderRecord[Any] | None:
    """The record of the provider of that name, if there is one."""
    return _table.get(name)


def carriers_of(channel: Channel) -> tuple[str, ...]:
    """The providers that carry a channel's messages."""
    return tuple(record.name for record in _table.values() if channel.record in record.channels)


def own_lists(opt_out: OptOut) -> tuple[str, ...]:
    """What the channel's providers keep of the opt-out, and how it ends there.

    They keep what people wrote: a key that was pressed in a call is on no list but ours.
    """
    channel = opt_out.channel.record
    if channel.is_spoken:
        return ()
    words = (_list_words(record, opt_out) for record in _table.values() if channel in record.channels)
    return tuple(text for text in words if text)


def _list_words(record: ProviderRecord[Any], opt_out: OptOut) -> str:
    words, clearing = record.own_lists.get(opt_out.learned_by, ""), record.clearing
    if clearing is None or clearing.source is not opt_out.learned_by:
        return words
    if opt_out.is_active:
        return clearing.held
    if opt_out.clearing is Clearing.ASKED:
        return clearing.asked
    return "" if opt_out.clearing is Clearing.DONE else words


def clears_lists(channel: Channel) -> bool:
    """Whether some provider of the channel lets people who returned be taken off a list of its own."""
    return any(record.clearing and channel.record in record.channels for record in _table.values())


def answers_word(sender: Sender, text: str) -> bool:
    """Whether the sender's provider has answered this text by itself: STOP, START or HELP."""
    record = find(sender.provider)
    if record is None or not sender.keywords_at_provider:
        return False
    return text.strip().casefold() in record.answered_words.get(sender.channel, frozenset())


def own_addresses(text: str) -> frozenset[str]:
    """The text as a sender's address that only its provider knows, such as a short code; empty for others."""
    takers = (record.own_address for record in _table.values() if record.own_address is not None)
    return frozenset(address for take in takers if (address := take(text)) is not None)


def sender_address(sender: Sender, region: str) -> str:
    """A sender's address in its one form: its provider's own, or its channel's (see `normalize`).

    Raises AddressInvalid with a sentence that says what to write.
    """
    from shared.domain.channels.addresses import normalize  # here, as few entry points need it

    record = find(sender.provider)
    own = record.own_address(sender.address) if record and record.own_address else None
    if own is not None:
        return own
    try:
        return normalize(sender.channel, sender.address, region)
    except AddressInvalid as invalid:
        raise AddressInvalid(f"{invalid.reason} {record.own_forms if record else ''}".rstrip()) from invalid


def takes_challenges(path: str) -> bool:
    """Whether some provider asks at that path whether the address is ours."""
    return any(route.path == path and route.challenge for one in _table.values() for route in one.webhooks)


def webhook_paths() -> frozenset[str]:
    """The paths under /messages that some provider posts to."""
    return frozenset(route.path for record in _table.values() for route in record.webhooks)


def find_webhook(sender: Sender, path: str) -> WebhookRoute[Any] | None:
    """What is told at that path about the sender, if its provider posts there."""
    record = find(sender.provider)
    return next((route for route in record.webhooks if route.path == path), None) if record else None


def credentials_of(sender: Sender, stored: Mapping[str, str]) -> Credentials:
    """A sender's credentials out of their stored fields. Raises WrongCredentials saying what they must be."""
    kind: type[Credentials] = _record_of(sender).credentials
    return read_credentials(kind, sender, stored)


def check_credentials(provider: str, fields: Mapping[str, object], where: str = "") -> dict[str, str]:
    """What somebody entered as credentials, as it is stored.

    Raises InvalidInput naming each wrong field, after `where`, or a provider that is none.
    """
    from shared.providers.kit.credential_input import check_fields

    record = find(provider)
    if record is None:
        raise InvalidInput.at("provider", f"is not known here; known are: {', '.join(names())}")
    return check_fields(record.credentials_input(), record.name, fields, where)


def open_account(sender: Sender, credentials: Credentials, settings: Settings) -> ProviderAccount:
    """The account `sender` sends through. Raises WrongCredentials."""
    record = _fitting(sender, credentials)
    return record.open_account(credentials, *_connection(record, settings))


def open_history(sender: Sender, credentials: Credentials, settings: Settings) -> ProviderHistory | None:
    """What `sender` has sent by its provider's own account; None where the provider keeps no such list."""
    record = _fitting(sender, credentials)
    if record.open_history is None:
        return None
    return record.open_history(credentials, sender.channel, *_connection(record, settings))


def open_contents(sender: Sender, credentials: Credentials, settings: Settings) -> ProviderContents | None:
    """The formats that `sender`'s provider keeps; None where it keeps none. Raises WrongCredentials."""
    record = _fitting(sender, credentials)
    if record.open_contents is None:
        return None
    return record.open_contents(credentials, *_connection(record, settings))


def open_own_lists(sender: Sender, credentials: Credentials, settings: Settings) -> OwnLists | None:
    """The list that `sender`'s provider lets us change; None without one. Raises WrongCredentials."""
    record = _fitting(sender, credentials)
    if record.clearing is None:
        return None
    return record.clearing.open(credentials, *_connection(record, settings))


def renewal_of(sender: Sender) -> Renewal[Any] | None:
    """How the sender's credentials are renewed; None where they do not end."""
    record = find(sender.provider)
    return record.renewal if record else None


async def renew_credentials(
    sender: Sender, credentials: Credentials, settings: Settings
) -> Mapping[str, str] | None:
    """What is new of the sender's credentials; None where these do not end.

    Raises WrongCredentials, SenderRefused, ProviderUnavailable.
    """
    record = _fitting(sender, credentials)
    if record.renewal is None:
        return None
    return await record.renewal.renew(credentials, sender.channel, *_connection(record, settings))


def open_sender(sender: Sender, credentials: Credentials, settings: Settings) -> MessageSender:
    """The adapter that sends for `sender`. Cheap: connections are shared by all senders of the process.

    Raises WrongCredentials when the credentials do not fit the sender's provider.
    """
    record = _fitting(sender, credentials)
    return record.open_sender(credentials, sender.channel, *_connection(record, settings))


def connection_of(sender: Sender, settings: Settings) -> tuple[str, float]:
    """The address of the API of the sender's provider, and how long it may take to answer, in seconds."""
    return _connection(_record_of(sender), settings)


def _connection(record: ProviderRecord[Any], settings: Settings) -> tuple[str, float]:
    base_url = settings.provider_base_urls.get(record.name, record.base_url)
    return base_url, settings.provider_timeout_seconds


def _record_of(sender: Sender) -> ProviderRecord[Any]:
    record = find(sender.provider)
    if record is None:
        raise WrongCredentials(
            f"Sender {sender.id} sends through {sender.provider!r}, which is not among the providers here: "
            f"{', '.join(names())}. Register it, or give the sender another."
        )
    return record


def _fitting(sender: Sender, credentials: Credentials) -> ProviderRecord[Any]:
    """The sender's provider. Raises WrongCredentials unless the credentials are for it."""
    record = _record_of(sender)
    if not isinstance(credentials, record.credentials):
        raise WrongCredentials(
            f"Sender {sender.id} sends through {sender.provider}, but its {type(credentials).__name__} are "
            f"not for that: store {sender.provider} credentials under its id."
        )
    return record
