"""What was asked of a person, what they wrote, and what that means."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from shared.domain.campaigns.reply_option import Disposition, ReplyOption

NOTHING_ASKED = "Answers no message."


class Appointment(Struct, frozen=True, kw_only=True):
    """What a question is about. `at` is on the person's clock (aware); empty is what is not known.

    `key` is the same in every reminder of it. `disposition` is the answer it has, if any. `deadline` is when
    answers about it are taken no more; without one the question's holds.
    """

    key: str
    at: datetime | None = None
    name: str = ""
    service: str = ""
    disposition: Disposition | None = None
    deadline: datetime | None = None


class Question(Struct, frozen=True, kw_only=True):
    """One message that offers answers, about one appointment, or several in the order they are numbered in.

    `sent_at` is when it was sent; a reply written before cannot answer it. `deadline` is when answers are
    taken no more; by default each appointment's start. `refers` are its ids at the provider. `text` is what
    it said: words of it tell questions apart, and quotes of it are not the person's words.
    """

    id: str
    appointments: tuple[Appointment, ...]
    options: tuple[ReplyOption, ...] = ()
    sent_at: datetime | None = None
    deadline: datetime | None = None
    provider_id: str | None = None
    language: str = "en"
    text: str = ""


class WrittenReply(Struct, frozen=True, kw_only=True):
    """What somebody wrote, and when. `replies_to` is the provider's id of the message it refers to, `choice`
    what stands behind a button that was pressed.

    `is_opt_out` and `is_opt_in` are what the provider itself took it for, `is_refused` whether the person
    had opted out before. `is_automatic`: its headers say that a machine wrote it. `answers_id` is the id of
    the question it answers, where it carries that. `is_reaction`: it is a mark at a message, and no text.
    """

    body: str
    written_at: datetime
    replies_to: str | None = None
    choice: str | None = None
    is_opt_out: bool = False
    is_opt_in: bool = False
    is_refused: bool = False
    is_automatic: bool = False
    answers_id: str | None = None
    is_reaction: bool = False


class ReplyMeaning(StrEnum):
    """What a reply was taken for."""

    ANSWER = "answer"
    OPT_OUT = "opt_out"
    OPT_IN = "opt_in"
    HELP = "help"  # the word HELP: the company's own text is the answer
    AUTO_REPLY = "auto_reply"  # a machine wrote it
    REACTION = "reaction"  # a phone's "Liked", or our own text and nothing else
    INVITED = "invited"  # nothing but the reference of an invitation: the message that waited follows
    UNCLEAR = "unclear"  # a person decides


class Flag(StrEnum):
    """What somebody should know of a reply besides what it answers."""

    WRONG_NUMBER = "wrong_number"
    RUNNING_LATE = "running_late"
    NOTE = "note"  # words beside the answer
    DANGER = "danger"  # to life: urgent, told to staff at once


class Answer(Struct, frozen=True, kw_only=True):
    """What becomes of one appointment. `contradicts_earlier` where it had another answer."""

    question_id: str
    appointment_key: str
    disposition: Disposition
    contradicts_earlier: bool = False


class Reading(Struct, frozen=True, kw_only=True):
    """What a reply means.

    `answers` has one entry for each appointment that is answered. `candidates` are the questions that may be
    meant when a person decides. `may_also_mean` is an answer heard beside a refusal, or one that was not sure
    enough. `needs_person` says that somebody must look, and `reason` why.
    """

    outcome: ReplyMeaning
    answers: tuple[Answer, ...] = ()
    candidates: tuple[str, ...] = ()
    flags: frozenset[Flag] = frozenset()
    may_also_mean: Disposition | None = None
    needs_person: bool = False
    reason: str = ""
