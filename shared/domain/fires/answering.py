"""What answers a reply by itself: an acknowledgement, the company's help, one confirmation of STOP."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from shared.domain.campaigns import window
from shared.domain.campaigns.reply_option import ReplyOption
from shared.domain.companies.company import Company
from shared.domain.contacts.contact import tag_of
from shared.domain.contacts.opt_out import OptOut
from shared.domain.contacts.tagging import Tags
from shared.domain.fires.chosen_option import chosen_option, is_named
from shared.domain.fires.standing import (
    ANSWERED_WITHIN,
    CONFIRMED_WITHIN,
    HELPED_FOR,
    Answer,
    answer_subject,
)
from shared.domain.ids import computed_id
from shared.domain.messages.conversation import NOTHING_OFFERED, Offer
from shared.domain.messages.message import Message
from shared.domain.messages.purpose import Purpose
from shared.domain.messages.reply import GivenAnswer, Reply
from shared.domain.record import replace
from shared.domain.replies.asked import Flag, ReplyMeaning
from shared.domain.replies.opt_out_texts import opt_out_text
from shared.domain.senders.sender import Sender

HELP_ANSWERED = "Answered with the help text."
HELP_AT_PROVIDER = "The provider answered it."


class Heard(Struct, frozen=True, kw_only=True):
    """A reply and what is around it.

    `messages` are those sent to the person, by id, `offers` by fire. `written_at` is when it was written.
    `refusal` is the opt-out that it began, None where it began none. `is_at_provider`: the provider has
    answered the word by itself.
    """

    reply: Reply
    written_at: datetime
    messages: Mapping[str, Message]
    offers: Mapping[str, Offer]
    refusal: OptOut | None = None
    is_at_provider: bool = False


def may_be_answered(heard: Heard) -> bool:
    """Whether anything could answer it: only then company and sender need to be read."""
    meaning = heard.reply.meaning
    if meaning is ReplyMeaning.ANSWER:
        return bool(_acknowledgement(heard))
    is_word = meaning is ReplyMeaning.HELP or heard.refusal is not None
    return is_word and not heard.is_at_provider


def answers_to(heard: Heard, company: Company, sender: Sender) -> list[Answer]:
    """The answers: one at most. Whether they may go out is asked once more when they do."""
    reply = heard.reply
    if reply.meaning is ReplyMeaning.ANSWER:
        return [_acknowledging(heard, sender)] if _acknowledgement(heard) else []
    if heard.is_at_provider:
        return []
    if heard.refusal is not None:
        return list(_confirming(heard, heard.refusal, company, sender))
    if reply.meaning is ReplyMeaning.HELP:
        return list(_helping(heard, company, sender))
    return []


def after_answers(reply: Reply, answers: list[Answer], *, is_at_provider: bool) -> Reply:
    """The reply once it is answered: HELP waits for a person only where nothing answers it."""
    if reply.meaning is not ReplyMeaning.HELP or reply.flags:
        return reply
    if is_at_provider:
        return replace(reply, waits=False, note=HELP_AT_PROVIDER)
    return replace(reply, waits=False, note=HELP_ANSWERED) if answers else reply


def tags_for(heard: Heard) -> dict[str, Tags]:
    """By answered message, the tags that the chosen option gives and takes away; of one without any, none."""
    chosen = {given.message_id: _option(heard, given) for given in _new_answers(heard)}
    return {
        message_id: Tags(option.add_tags, option.remove_tags)
        for message_id, option in chosen.items()
        if option is not None and (option.add_tags or option.remove_tags)
    }


def untagged_note(unknown: Sequence[Tags], answer_count: int, sharing: int) -> str:
    """What the reply says of answers whose contact nobody knows; empty where there are none.

    `sharing` contacts have the address.
    """
    if not unknown:
        return ""
    tags = ", ".join(dict.fromkeys(tag_of(tag) for one in unknown for tag in (*one.add, *one.remove)))
    of_some = f" for {len(unknown)} of {answer_count} appointments" if len(unknown) < answer_count else ""
    why = f"{sharing} contacts have this address, and which of them it is for is not known"
    why = why if sharing else "no contact has this address"
    return f"The tags of the answer ({tags}) went to nobody{of_some}: {why}."


def events_for(heard: Heard) -> list[str]:
    """The names under which the chosen options are told to webhook endpoints, each once."""
    chosen = (_option(heard, given) for given in _new_answers(heard))
    return list(dict.fromkeys(option.event for option in chosen if option and option.event))


def _new_answers(heard: Heard) -> tuple[GivenAnswer, ...]:
    """Those of the reply's answers that set anything off: not what the message was answered already.

    Else two machines that answer each other, such as a phone that says "ok" to every text, would never end.
    """
    return tuple(one for one in heard.reply.answers if not _is_said_again(heard, one))


def _is_said_again(heard: Heard, given: GivenAnswer) -> bool:
    """Whether it is the answer that the message has. Of options that mean the same the words decide."""
    option, message = _option(heard, given), heard.messages[given.message_id]
    if message.disposition is not given.disposition or option is None:
        return False
    options = heard.offers.get(message.fire_id, NOTHING_OFFERED).options
    is_only = sum(one.disposition is given.disposition for one in options) < 2
    return is_only or not is_named(option, heard.reply, _sent(heard))


def _option(heard: Heard, given: GivenAnswer) -> ReplyOption | None:
    offer = heard.offers.get(heard.messages[given.message_id].fire_id, NOTHING_OFFERED)
    return chosen_option(offer.options, given.disposition, heard.reply, _sent(heard))


def _sent(heard: Heard) -> list[str]:
    """What the reply may quote."""
    return [message.body for message in heard.messages.values()]


def _acknowledgement(heard: Heard) -> str:
    """The texts of the options that were chosen, each once. Where life is in danger no machine answers.

    Nor does it call back who answered in a call: they have been said there.
    """
    if Flag.DANGER in heard.reply.flags or heard.reply.channel.record.is_spoken:
        return ""
    new = replace(heard.reply, answers=_new_answers(heard))
    return "\n".join(dict.fromkeys(option_texts(replace(heard, reply=new))))


def option_texts(heard: Heard) -> Iterator[str]:
    """What each chosen option says to who chose it, by whether the contact window was open then."""
    for given in heard.reply.answers:
        message = heard.messages[given.message_id]
        offer = heard.offers.get(message.fire_id, NOTHING_OFFERED)
        option = _option(heard, given)
        if option is None:
            continue
        at = heard.reply.received_at
        is_open = window.is_open(offer.window, message.time_zones, at, message.places)
        text = option.acknowledgement if is_open else option.acknowledgement_out_of_hours
        if text or option.acknowledgement:
            yield text or option.acknowledgement


def _acknowledging(heard: Heard, sender: Sender) -> Answer:
    reply = heard.reply
    about = heard.messages[reply.answers[0].message_id]
    return Answer(
        id=computed_id(reply.id, Purpose.ACKNOWLEDGEMENT),
        purpose=Purpose.ACKNOWLEDGEMENT,
        text=_acknowledgement(heard),
        not_after=heard.written_at + ANSWERED_WITHIN,
        subject=answer_subject(reply.channel, [about.subject], sender.name),
        about=about,
        reply_id=reply.id,
    )


def _confirming(heard: Heard, refusal: OptOut, company: Company, sender: Sender) -> Iterator[Answer]:
    """One confirmation for one refusal: its id follows from when that began."""
    reply = heard.reply
    if not company.consent.confirms_opt_outs or not reply.channel.record.confirms_opt_outs:
        return
    about = _last(heard)
    own = sender.opt_out_text or company.consent.opt_out_text
    yield Answer(
        id=computed_id(refusal.id, refusal.changed_at.isoformat(), Purpose.OPT_OUT_CONFIRMATION),
        purpose=Purpose.OPT_OUT_CONFIRMATION,
        text=own or opt_out_text(company.name, _language(heard, about)),
        not_after=heard.written_at + CONFIRMED_WITHIN,
        about=about,
        reply_id=reply.id,
    )


def _helping(heard: Heard, company: Company, sender: Sender) -> Iterator[Answer]:
    """The help text, once an hour at most for one address: two machines must not help each other."""
    reply, text = heard.reply, sender.help_text or company.consent.help_text
    if not text:
        return
    about, at = _last(heard), heard.reply.received_at
    key = reply.channel.record.address.key(reply.address)
    hours = (one.strftime("%Y-%m-%dT%H") for one in (at, at - HELPED_FOR))
    ids = [computed_id(sender.id, key, Purpose.HELP, one) for one in hours]
    yield Answer(
        id=ids[0],
        unless=ids[1],
        purpose=Purpose.HELP,
        text=text,
        not_after=heard.written_at + ANSWERED_WITHIN,
        subject=answer_subject(reply.channel, [about.subject] if about else [], sender.name),
        about=about,
        reply_id=reply.id,
    )


def _last(heard: Heard) -> Message | None:
    """The newest message to the person: they are in that order."""
    return next(iter(heard.messages.values()), None)


def _language(heard: Heard, about: Message | None) -> str:
    if about is None:
        return "en"
    return heard.offers.get(about.fire_id, NOTHING_OFFERED).languages.get(about.step_id, "en")
