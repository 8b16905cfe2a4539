"""What one reply means, of all that was asked. The only reading there is: production and tests use it.

In this order: a machine's text and a phone's reaction are nobody's answer; a refusal always wins, and the
answer it stands beside is kept; danger to life and a wrong number are a person's; then the answer is looked
for among the open questions. What is not certain is a person's, with the reason. docs/guide/replies.md says
the rules for users, docs/replies-corpus.md how a corpus runs through them.
"""

from collections.abc import Sequence

from shared.domain.campaigns.reply_option import Disposition
from shared.domain.contacts.consent import WordMeaning
from shared.domain.record import replace
from shared.domain.replies import kinds
from shared.domain.replies.answered import ALSO_ASKS, Answered
from shared.domain.replies.asked import Answer, Flag, Question, Reading, ReplyMeaning, WrittenReply
from shared.domain.replies.chosen import chosen
from shared.domain.replies.consent import (
    begins_with_stop,
    consent_heard,
    is_answer_too,
    is_help,
    without_danger,
    word_meaning,
)
from shared.domain.replies.heard import Heard, hear
from shared.domain.replies.lexicon import lexicon_of
from shared.domain.replies.likely_answers import likely, likely_of_each
from shared.domain.replies.matter import Matter
from shared.domain.replies.open_questions import Asked, Target, asked_of, ids_of
from shared.domain.replies.other_matters import with_endings_joined
from shared.domain.replies.partly_closed import answer_partly
from shared.domain.replies.rare_refusals import wants_it_gone
from shared.domain.replies.references import denies_being, denies_name, own_words_of
from shared.domain.replies.refused_readings import IS_DANGER, for_a_person, opted_out, weighed
from shared.domain.replies.returns import returns, stays_out
from shared.domain.replies.sense import Sense
from shared.domain.replies.several import answer_several
from shared.domain.replies.silence import wants_none
from shared.domain.replies.strangers import disowns_names
from shared.domain.replies.verdict import verdict
from shared.domain.replies.words import words_of

STAYS_OUT = "The person has opted out and stays so: START ends that."
NO_OPTIONS = "The message offers no answers."
NO_WORDS = "It has no words."
QUOTES_ONLY = "It only repeats what was sent."
IS_WRONG_NUMBER = "It says that the number is wrong."
IS_HELP = "It asks for help."
_FLAGS = {Sense.DANGER: Flag.DANGER, Sense.WRONG_NUMBER: Flag.WRONG_NUMBER, Sense.LATE: Flag.RUNNING_LATE}


def read_reply(questions: Sequence[Question], reply: WrittenReply) -> Reading:
    """What `reply` means where `questions` are all that was asked of the person, in any order."""
    asked = asked_of(questions, reply)
    if reply.choice and not reply.is_opt_out and (pressed := chosen(reply.choice, asked.targets)):
        return _answered(pressed, asked.targets)
    carrier = word_meaning(reply.body)
    is_stop = reply.is_opt_out or carrier is WordMeaning.OPT_OUT or begins_with_stop(reply.body)
    if not is_stop and (outcome := _not_a_persons(reply)):
        return Reading(outcome=outcome, candidates=ids_of(asked.targets))
    own = kinds.own_words(reply.body, (one.text for one in questions))
    known = asked.targets or asked.closed
    heard = _hear(own, asked, questions)
    answer = _answer(with_endings_joined(heard), asked, reply)
    flags = frozenset(_FLAGS[mark.sense] for mark in heard.marks if mark.sense in _FLAGS)
    flags |= frozenset({Flag.WRONG_NUMBER} if denies_name(heard, known) else ())
    is_wrong = Flag.WRONG_NUMBER in flags
    if reply.is_refused and not is_stop and not is_wrong and returns(heard):
        return Reading(outcome=ReplyMeaning.OPT_IN, candidates=ids_of(asked.targets))
    is_refusal = is_stop or _refuses(heard, asked, is_wrong=is_wrong)
    if is_refusal or (reply.is_refused and _stays_out(answer, heard, carrier)):
        if denies_being(heard, own) or disowns_names(heard, _called(known)):
            flags |= {Flag.WRONG_NUMBER}
        return opted_out(answer, heard, asked, flags)
    if is_help(heard):
        return Reading(outcome=ReplyMeaning.HELP, candidates=ids_of(asked.targets), reason=IS_HELP)
    if reply.is_refused or reply.is_opt_in or carrier is not None or heard.has(Sense.OPT_IN):
        answer = _permission(answer, heard, reply, carrier)
    if Flag.DANGER in flags or Flag.WRONG_NUMBER in flags:
        reason = IS_DANGER if Flag.DANGER in flags else IS_WRONG_NUMBER
        told = for_a_person(answer, asked, reason, flags)
        return told if Flag.DANGER in flags else weighed(told, heard, asked, flags, _names(asked))
    if not words_of(own) and answer.outcome is ReplyMeaning.UNCLEAR:
        reason = QUOTES_ONLY if words_of(reply.body) else NO_WORDS
        outcome = ReplyMeaning.REACTION if words_of(reply.body) else ReplyMeaning.UNCLEAR
        is_persons = outcome is ReplyMeaning.UNCLEAR
        return Reading(
            outcome=outcome, candidates=ids_of(asked.targets), needs_person=is_persons, reason=reason
        )
    answer = weighed(answer, heard, asked, flags, _names(asked))
    return replace(answer, flags=_flags(answer, flags))


def _refuses(heard: Heard, asked: Asked, *, is_wrong: bool) -> bool:
    is_refusal = consent_heard(without_danger(heard)) is WordMeaning.OPT_OUT
    is_offered = any(target.question.options for target in (*asked.targets, *asked.closed))
    return is_refusal or (is_wrong and wants_it_gone(heard)) or (not is_offered and wants_none(heard))


def _stays_out(answer: Reading, heard: Heard, carrier: WordMeaning | None) -> bool:
    return answer.outcome is not ReplyMeaning.ANSWER and carrier is None and stays_out(heard)


def _hear(own: str, asked: Asked, questions: Sequence[Question]) -> Heard:
    known = asked.targets or asked.closed
    options = [option for target in known for option in target.question.options]
    several = len(asked.targets) + len(asked.closed) > 1
    return hear(own, _language(asked, questions), options, _names(asked), _called(known), of_several=several)


def _names(asked: Asked) -> frozenset[str]:
    """The words that tell several appointments apart."""
    return frozenset().union(*own_words_of(asked.targets)) if len(asked.targets) > 1 else frozenset()


def _flags(answer: Reading, flags: frozenset[Flag]) -> frozenset[Flag]:
    """Those of the answer and its words; who cancels is not late: "my car broke down" is a note then."""
    cancels = any(one.disposition is Disposition.CANCELED for one in answer.answers)
    if cancels and Flag.RUNNING_LATE in flags:
        flags = flags - {Flag.RUNNING_LATE} | {Flag.NOTE}
    return answer.flags | flags


def _not_a_persons(reply: WrittenReply) -> ReplyMeaning | None:
    if reply.is_reaction or kinds.is_reaction(reply.body):
        return ReplyMeaning.REACTION
    is_automatic = reply.is_automatic or kinds.is_automatic(reply.body)
    return ReplyMeaning.AUTO_REPLY if is_automatic else None


def _language(asked: Asked, questions: Sequence[Question]) -> str:
    known = [target.question.language for target in (*asked.targets, *asked.closed)]
    return (known or [one.language for one in questions] or ["en"])[0]


def _called(targets: Sequence[Target]) -> frozenset[str]:
    return frozenset(word for target in targets for word in words_of(target.appointment.name))


def _answer(heard: Heard, asked: Asked, reply: WrittenReply) -> Reading:
    """The answers to open questions, or why there are none."""
    offering = [target for target in asked.targets if target.question.options]
    likely = ids_of(asked.targets or asked.closed)
    if not offering:
        reason = asked.reason or NO_OPTIONS
        late = [target for target in asked.closed if target.question.options]
        leaning = _one(heard, late[0], reply).leaning if late else None
        return Reading(
            outcome=ReplyMeaning.UNCLEAR,
            candidates=likely,
            needs_person=True,
            reason=reason,
            may_also_mean=leaning,
        )
    partly = answer_partly(heard, asked, offering, reply)
    if partly is not None:
        found = partly
    elif len(offering) == 1:
        found = _one(heard, offering[0], reply)
    else:
        found = answer_several(heard.marks, offering, reply.written_at, lexicon_of(heard.language))
        found = _each(found, heard, offering)
    if not found.answers:
        return Reading(
            outcome=ReplyMeaning.UNCLEAR,
            candidates=ids_of(_candidates(offering)),
            needs_person=True,
            reason=found.reason,
            may_also_mean=found.leaning,
        )
    return _answered(found, offering)


def _each(found: Answered, heard: Heard, offering: Sequence[Target]) -> Answered:
    """The same answer to all, where the words weigh it and the rules have none."""
    said = None if found.answers else likely_of_each(found.reason, heard)
    if said is None or not all(
        said in {one.disposition for one in target.question.options} for target in offering
    ):
        return found
    return Answered(answers=tuple((target, said) for target in offering), has_note=True)


def _candidates(targets: Sequence[Target]) -> Sequence[Target]:
    return [target for target in targets if target.appointment.disposition is None] or targets


def _one(heard: Heard, target: Target, reply: WrittenReply) -> Answered:
    matter = Matter(
        options=target.question.options, appointment=target.appointment, written_at=reply.written_at
    )
    found = verdict(heard.marks, matter)
    by_words = likely(found, heard)
    if by_words is not None and matter.offers(by_words):
        found = replace(found, disposition=by_words, has_note=True)
    if found.disposition is None:
        return Answered(leaning=found.leaning, reason=found.reason)
    return Answered(
        answers=((target, found.disposition),),
        has_note=found.has_note,
        has_rest=found.asks,
        leaning=found.disposition,
        reason=ALSO_ASKS if found.asks else "",
    )


def _answered(found: Answered, offering: Sequence[Target]) -> Reading:
    answers = tuple(
        Answer(
            question_id=target.question.id,
            appointment_key=target.appointment.key,
            disposition=disposition,
            contradicts_earlier=target.appointment.disposition not in (None, disposition),
        )
        for target, disposition in found.answers
    )
    return Reading(
        outcome=ReplyMeaning.ANSWER,
        answers=answers,
        candidates=ids_of(offering) if found.has_rest else (),
        flags=frozenset({Flag.NOTE} if found.has_note else ()),
        needs_person=found.has_rest or any(one.contradicts_earlier for one in answers),
        reason=found.reason,
    )


def _permission(answer: Reading, heard: Heard, reply: WrittenReply, carrier: WordMeaning | None) -> Reading:
    """What a word of permission does: YES answers a question that is open, and else ends a refusal."""
    is_word = carrier is WordMeaning.OPT_IN
    if answer.outcome is ReplyMeaning.ANSWER:
        if is_word and reply.is_refused and not reply.is_opt_in:
            return replace(answer, reason=f"{answer.reason} {STAYS_OUT}".strip())
        return answer
    is_in = reply.is_opt_in or is_word or consent_heard(heard) is WordMeaning.OPT_IN
    if is_in and (reply.is_refused or not is_answer_too(reply.body)):
        return Reading(outcome=ReplyMeaning.OPT_IN, candidates=answer.candidates)
    return answer
