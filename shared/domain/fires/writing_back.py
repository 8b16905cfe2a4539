"""Whether somebody of the company may write back to who wrote, and what goes out."""

from datetime import datetime

from msgspec import Struct

from shared.domain.companies.consent_rules import check_answer
from shared.domain.contacts.opt_out import OptOut
from shared.domain.errors import Problem
from shared.domain.fires.standing import WRITTEN_WITHIN, Answer, answer_subject
from shared.domain.ids import computed_id
from shared.domain.messages.message import Message
from shared.domain.messages.open_conversation import OpenConversation
from shared.domain.messages.purpose import Purpose
from shared.domain.messages.reply import Reply
from shared.domain.senders.sender import Sender

FORGOTTEN = "The person asked for deletion: nobody knows any more who wrote this."
SENDER_GONE = "The sender that it was written to is no longer there."
IS_CALL = "It was answered in a call, which is over. Call the person."
REFUSED = "The person has refused: nothing goes to them until they agree again."
IS_OUT_OF_REACH = "Nothing reaches this address: an earlier message came back for good."


class Thread(Struct, frozen=True, kw_only=True):
    """A reply with what decides whether it may be answered.

    `refusal` is what holds for the address, `talk` the conversation with the sender, where the channel asks
    for one; `about` is the message that the reply is about, as far as that is known.
    """

    reply: Reply
    sender: Sender | None
    refusal: OptOut | None = None
    talk: OpenConversation | None = None
    about: Message | None = None

    def closed_because(self, now: datetime) -> str:
        """Why nobody can write back, as a sentence; empty where somebody can."""
        record = self.reply.channel.record
        if not self.reply.address:
            return FORGOTTEN
        if record.is_spoken:
            return IS_CALL
        if self.sender is None:
            return SENDER_GONE
        if self.refusal is not None:
            return IS_OUT_OF_REACH if self.refusal.is_bounce else REFUSED
        if record.needs_conversation(is_kept=False) and not (self.talk and self.talk.is_open(now)):
            return (
                f"{record.conversation_hours} hours after the person last wrote, this channel takes no more "
                "texts of your own words. Wait until they write, or call them."
            )
        return ""

    def open_until(self) -> datetime | None:
        """Until when the channel takes a text; None where it always does."""
        return self.talk.ends_at if self.talk else None


def check_written(thread: Thread, text: str) -> list[Problem]:
    """What is wrong with a text that somebody writes back."""
    problems = list(check_answer("text", text))
    if not text.strip():
        problems.append(Problem(field="text", reason="is needed"))
    if thread.reply.channel.record.is_too_long(text):
        problems.append(Problem(field="text", reason="is too long for this channel"))
    return problems


def written_answer(thread: Thread, sender: Sender, text: str, writing_id: str, now: datetime) -> Answer:
    """What goes out: once for each `writing_id`, however often the form is sent."""
    reply, about = thread.reply, thread.about
    return Answer(
        id=computed_id(reply.id, Purpose.WRITTEN, writing_id),
        purpose=Purpose.WRITTEN,
        text=text.strip(),
        not_after=now + WRITTEN_WITHIN,
        subject=answer_subject(reply.channel, [about.subject] if about else [], sender.name),
        about=about,
        reply_id=reply.id,
    )
