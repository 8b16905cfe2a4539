"""Let the message that waited go to who wrote with its reference, as part of storing what they wrote."""

from collections.abc import Collection
from datetime import timedelta

from msgspec import Struct

from shared.domain.job import SendBatch
from shared.domain.messages.batch import Batch, batch_of, send_job
from shared.domain.messages.invite import Invite, bound, is_reference, is_waiting
from shared.domain.messages.message import Message
from shared.domain.messages.reply import Reply
from shared.domain.record import replace
from shared.domain.replies.asked import ReplyMeaning
from shared.firestore.kit.transactions import Transaction
from shared.runtime import Runtime

ACCEPTED = "Came by an invitation: the message that waited follows."
OTHER_LINK = "Came by another link to the chat."
NOT_KNOWN = "The link it came by is not known here."
USED = "The link it came by had been used before."
ENDED = "The link it came by was no longer good: its message waits no more."


class Accepted(Struct, frozen=True, kw_only=True):
    """What becomes of a reference: the message on its way, with its batch, or why it does not go (`note`)."""

    note: str = ""
    needs_person: bool = False
    invite: Invite | None = None
    message: Message | None = None
    batch: Batch | None = None

    @property
    def jobs(self) -> list[SendBatch]:
        """What sends the message."""
        return [send_job(self.batch)] if self.batch else []

    def told(self, reply: Reply) -> Reply:
        """The reply, where it says nothing beside its reference: a person looks at what leads nowhere."""
        if self.needs_person:
            return replace(reply, meaning=ReplyMeaning.UNCLEAR, waits=True, note=self.note)
        if self.message is None:
            return replace(reply, meaning=ReplyMeaning.INVITED, note=self.note)
        return replace(
            reply,
            meaning=ReplyMeaning.INVITED,
            message_id=self.message.id,
            fire_id=self.message.fire_id,
            campaign_id=self.message.campaign_id,
            note=self.note,
        )

    def beside(self, reply: Reply) -> Reply:
        """The reply, where it says more: with what became of the reference."""
        return replace(
            reply, note=f"{self.note} {reply.note}".strip(), waits=reply.waits or self.needs_person
        )

    def write(self, runtime: Runtime, transaction: Transaction, company_id: str) -> None:
        """Store all of it."""
        stores = runtime.stores
        if self.invite is None or self.message is None or self.batch is None:
            return
        stores.invites.put(transaction, company_id, self.invite.id, self.invite)
        stores.batches.put(transaction, company_id, self.batch.id, self.batch)
        stores.messages.put(transaction, company_id, self.message.id, self.message)


NOT_INVITED = Accepted()


async def accept_invite(
    runtime: Runtime,
    company_id: str,
    transaction: Transaction,
    reference: str,
    reply: Reply,
    sender_ids: Collection[str],
) -> Accepted:
    """The message that waits for who writes with the reference, to the senders at that address.

    The first who uses it gets it, once. It goes the way of all messages: whether it may go out at all, and
    when, is asked as it is sent. It only reads; its writes come last.
    """
    stores, now = runtime.stores, runtime.now()
    if not is_reference(reference):
        return Accepted(note=OTHER_LINK)
    invite = await stores.invites.find(company_id, reference, transaction)
    message = await stores.messages.find(company_id, invite.message_id, transaction) if invite else None
    if invite is None or message is None or message.sender_id not in sender_ids:
        return Accepted(note=NOT_KNOWN, needs_person=True)
    if invite.reply_id is not None:
        return Accepted(note=USED, needs_person=True)
    if not invite.is_good(now) or not is_waiting(message):
        return Accepted(note=ENDED, needs_person=True)
    fire = await stores.fires.get(company_id, message.fire_id, transaction)
    soon = now + timedelta(seconds=runtime.settings.tick_interval_seconds)
    batch = batch_of(company_id, fire.id, message.sender_id, [message], now, now, soon)
    return Accepted(
        note=ACCEPTED,
        invite=replace(invite, reply_id=reply.id),
        message=bound(message, reply.address, batch.id, fire.content_hash, now),
        batch=batch,
    )
