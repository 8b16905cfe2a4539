"""A person as an address: what of the stored data is theirs, and what is left when they are forgotten."""

from collections.abc import Iterable

from msgspec import Struct

from shared.domain.channels.channel import Channel
from shared.domain.contacts.opt_out import OptOut, opt_out_id, opt_out_ids
from shared.domain.messages.failure import Failure
from shared.domain.messages.message import Message, MessageState, moved
from shared.domain.messages.reply import Reply
from shared.domain.messages.skip_reason import SkipReason
from shared.domain.record import replace

FORGOTTEN = "Deleted at the person's request."


class Person(Struct, frozen=True, kw_only=True):
    """Who is to be forgotten: `address` in its one form."""

    channel: Channel
    address: str

    @property
    def key(self) -> str:
        """What is kept: the hash under which a refusal stays known."""
        return opt_out_id(self.channel, self.address)

    @property
    def opt_out_ids(self) -> tuple[str, ...]:
        """Every id under which a refusal may be stored."""
        return opt_out_ids(self.channel, self.address)

    @property
    def spellings(self) -> tuple[str, ...]:
        """Every form in which messages and replies may hold the address."""
        return self.channel.record.address.spellings(self.address)

    def is_in(self, text: str) -> bool:
        """Whether the text holds the address, however it is written: (212) 555-0187, Ana@Example.com."""
        return self.channel.record.address.is_in(self.address, text)

    def is_in_any(self, texts: Iterable[str]) -> bool:
        """Whether one of the texts holds it."""
        return any(self.is_in(text) for text in texts)


def is_forgotten(message: Message) -> bool:
    """Whether the message's person was forgotten: it only counts any more."""
    return not message.address


def forgotten_message(message: Message) -> Message | None:
    """The message as it still counts in its ledger; None while a worker may be sending it.

    One that waits is skipped. One whose outcome is unknown stays so: what could prove it is gone.
    """
    if message.state is MessageState.SENDING:
        return None
    if message.state is MessageState.QUEUED:
        message = moved(message, MessageState.SKIPPED, reason=SkipReason.FORGOTTEN)
    is_skipped = message.state is MessageState.SKIPPED  # its reason is one of ours, and is reported by
    return replace(
        message,
        address="",
        body="",
        subject="",
        packed_html=b"",
        media_urls=(),
        rendering_hash="",
        provider_id=None,
        identity="",
        explanation=None,
        content=None,
        reason=message.reason if is_skipped or message.reason is None else FORGOTTEN,
        delivery_reason=None,
        search_at=None,
        appointment_key=None,
        series_key=None,
        appointment_at=None,
        about_at=None,
    )


def forgotten_failure(failure: Failure) -> Failure:
    """The failure as it still counts in its ledger."""
    return replace(failure, value="", values={}, reason=FORGOTTEN)


def forgotten_reply(reply: Reply) -> Reply:
    """The reply as it still counts among the answers."""
    return replace(reply, address="", body="", note=FORGOTTEN, media=(), choice=None)


def forgotten_opt_out(opt_out: OptOut) -> OptOut:
    """The refusal, known by the hash of its address alone: it must outlive the person's data."""
    return replace(opt_out, address="", text="", earlier=())
