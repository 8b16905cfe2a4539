"""Which replies are a refusal or a new permission, in four languages and whatever form they come in.

The carrier words are those Twilio's numbers act on by themselves
(https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out), those 47 CFR 64.1200(a)(10) names, and
ARRET of Canadian carriers (https://www.twilio.com/docs/proxy/opt-out-keywords). Sentences are in the language
files: the rule asks to honour any reasonable wording.
"""

from collections.abc import Sequence

from shared.domain.contacts.consent import WordMeaning
from shared.domain.record import replace
from shared.domain.replies.heard import Heard, hear
from shared.domain.replies.lexicon import lexicon_of, refuses_anywhere
from shared.domain.replies.other_matters import ends_a_thing, without_places, without_things
from shared.domain.replies.rare_refusals import refuses_rarely
from shared.domain.replies.refusals import is_limited, refuses
from shared.domain.replies.sense import Mark, Sense
from shared.domain.replies.silence import wishes_silence
from shared.domain.replies.words import Token, folded, tokens_of, words_of

OPT_OUT_WORDS = frozenset({
    "arret", "arrete", "arrett", "cancel", "end", "optout", "quit", "revoke", "stop", "stopall",
    "unsubscribe",
})  # fmt: skip
OPT_IN_WORDS = frozenset({"start", "unstop", "yes"})
HELP_WORDS = frozenset({"help", "info"})
_ANSWERS = frozenset({"yes"})
_STOPS = frozenset({"stop", "stopall", "unsubscribe", "optout", "revoke", "stopp"})
_BESIDE = frozenset({Sense.GREETING, Sense.COMMON})
_STOP_BEFORE = frozenset({
    "a", "bus", "can", "could", "dont", "door", "en", "first", "full", "going", "i", "last", "may",
    "might", "must", "my", "never", "next", "no", "non", "not", "one", "pit", "quick", "should", "the",
    "to", "train", "we", "will", "would",
})  # fmt: skip
_STOP_AFTER = frozenset({
    "a", "after", "along", "and", "aspirin", "at", "before", "being", "billing", "bleeding", "blood",
    "breastfeeding", "by", "charging", "coming", "crying", "drinking", "driving", "eating", "for",
    "getting", "giving", "going", "her", "here", "his", "if", "in", "light", "lights", "medication",
    "medicine", "meds", "motion", "my", "off", "on", "over", "overcharging", "seeing", "sign", "signs",
    "smoking", "taking", "the", "there", "to", "treatment", "until", "using", "vomiting", "watch",
    "wearing", "when", "working", "your",
})  # fmt: skip
_KEEPING = frozenset({"not", "waiting", "wait", "espera", "attente", "nao", "keep"})
_HEAD = 40  # characters in which a first word ends
_NOW = frozenset({
    "agora", "ahora", "all", "already", "am", "and", "are", "ca", "d", "de", "e", "estamos", "estou",
    "estoy", "et", "eu", "i", "im", "immediately", "is", "it", "ja", "je", "just", "maintenant", "me",
    "nous", "now", "please", "suis", "this", "todo", "tout", "tudo", "we", "y", "ya", "yo",
})  # fmt: skip
_BESIDE_DOING = 4
_PLEASE = frozenset({"please", "por favor", "svp"})
_CANCELING = frozenset({
    "annule", "annuler", "annulez", "anula", "anule", "anulen", "cancela", "cancelar", "cancele", "cancelem",
    "cancelen", "desmarca", "desmarque", "desmarquem",
})  # fmt: skip
_ANDS = frozenset({"and", "e", "et", "y"})
_WHETHER = frozenset({"did", "do", "does", "if", "when", "will"})
_STILL_NO = frozenset({"unless", "a menos que", "a moins"})  # a refusal with an exception is one
_OF_VISITS = (Sense.CANCEL, Sense.NOT_CANCEL)  # "take me off the schedule"
_OTHERS = (*_OF_VISITS, Sense.DANGER)
_CONDITIONS = frozenset({Sense.BUT, Sense.TIME, Sense.DAY, Sense.OTHER, Sense.NUMBER})


def word_meaning(text: str) -> WordMeaning | None:
    """What a carrier does with `text` as a whole; None when it is neither refusal nor permission."""
    whole = "".join(words_of(text))
    if whole in OPT_OUT_WORDS or whole == "stopall":
        return WordMeaning.OPT_OUT
    return WordMeaning.OPT_IN if whole in OPT_IN_WORDS else None


def begins_with_stop(text: str) -> bool:
    """Whether its first sentence is STOP alone: "Stop. I'm driving." is no machine's text."""
    head = folded(text[:_HEAD])
    if not head.lstrip().startswith(tuple(_STOPS)):
        return False
    first = [token.text for token in tokens_of(head) if token.part == 0]
    return len(first) == 1 and first[0] in _STOPS


def is_help(heard: Heard) -> bool:
    """Whether it is the word that is answered with who writes and how to stop, and nothing else."""
    return heard.has(Sense.HELP) and all(one.sense in (Sense.HELP, Sense.GREETING) for one in heard.marks)


def is_answer_too(text: str) -> bool:
    """Whether a word of permission is what people answer questions with: YES, and not START."""
    return "".join(words_of(text)) in _ANSWERS


def consent_of(text: str, language: str = "en") -> WordMeaning | None:
    """What `text` means for consent, as a carrier word or as a sentence in any of the languages."""
    return word_meaning(text) or consent_heard(hear(text, language))


def _refuses_after_praise(heard: Heard) -> bool:
    """ "I appreciate the reminders, but please take me off"."""
    senses = [mark.sense for mark in heard.marks]
    praise = max(at for at, sense in enumerate(senses) if sense is Sense.NOT_REFUSE)
    after = senses[praise:]
    return Sense.BUT in after and Sense.REFUSE in after[after.index(Sense.BUT) :]


def without_danger(heard: Heard) -> Heard:
    """The reply, where parts that speak of danger to life say nothing else but a refusal in so many words."""
    refusing = {mark.part for mark in heard.marks if mark.sense in (Sense.REFUSE, Sense.REFUSE_WORD)}
    parts = {mark.part for mark in heard.marks if mark.sense is Sense.DANGER} - refusing
    tokens = tuple(one._replace(text="") if one.part in parts else one for one in heard.tokens)
    return replace(heard, tokens=tokens) if parts else heard


def consent_heard(heard: Heard) -> WordMeaning | None:
    """What a reply that was taken apart means for consent."""
    if heard.has(Sense.NOT_REFUSE) and not _refuses_after_praise(heard):
        return None
    heard = without_places(heard)
    if any(_is_stop(heard, at) for at in range(len(heard.tokens))):
        return WordMeaning.OPT_OUT
    heard = without_things(heard)
    marks = heard.marks
    visits = {at: mark.end for mark in marks if mark.sense in _OTHERS for at in range(mark.start, mark.end)}
    says_so = refuses_anywhere(heard.tokens, lexicon_of(heard.language), visits)
    says_so = says_so or heard.has(Sense.REFUSE)
    if (
        says_so
        or _refuses_messages(heard)
        or refuses(heard)
        or refuses_rarely(heard)
        or wishes_silence(heard)
    ):
        return WordMeaning.OPT_OUT
    for index, mark in enumerate(marks):
        if mark.sense is Sense.REFUSE_WORD and (_is_alone(marks, mark) or _is_begged(marks, index)):
            return WordMeaning.OPT_OUT
        if mark.sense is Sense.SOFT_REFUSE and not (
            _is_own(heard, mark) or _is_limited(marks, index, heard.language)
        ):
            return WordMeaning.OPT_OUT
    is_whole = any(one.sense is Sense.OPT_IN for one in marks) and all(
        one.sense in _BESIDE | {Sense.OPT_IN} for one in marks
    )
    return WordMeaning.OPT_IN if is_whole and not any(one.asks for one in marks) else None


def cancels_too(tokens: Sequence[Token]) -> bool:
    """Whether a refusal may cancel a visit as well: CANCEL anywhere, "cancela e não manda mais msg"."""
    return any(
        token.text == "cancel" or (token.text in _CANCELING and then is not None and then.text in _ANDS)
        for token, then in zip(tokens, [*tokens[1:], None], strict=True)
    )


def _refuses_messages(heard: Heard) -> bool:
    """Whether a verb of ending and a noun of messages stand in one part: "end all of your texts"."""
    words = lexicon_of(heard.language).refusal
    if heard.has(Sense.NOT_CANCEL) or any(token.text in _KEEPING for token in heard.tokens):
        return False
    ended = {token.part for token in heard.tokens if token.text in words.ending}
    ended -= _asked_whether(heard)
    return any(token.text in words.messages and token.part in ended for token in heard.tokens)


def _asked_whether(heard: Heard) -> set[int]:
    """The parts that ask what will be: "will the reminders stop once I'm done?"."""
    firsts = {token.part: token for token in reversed(heard.tokens)}
    return {part for part, first in firsts.items() if first.asks and first.text in _WHETHER}


def _is_alone(marks: Sequence[Mark], word: Mark) -> bool:
    """Whether nothing but polite words stands beside the word, up to the next sign."""
    beside = [one for one in marks if one.part == word.part and one is not word]
    return all(one.sense in (Sense.GREETING, Sense.REFUSE_WORD) or one.text in _NOW for one in beside)


def _is_begged(marks: Sequence[Mark], index: int) -> bool:
    """Whether it ends its part, and "please" stands before it: "this is an old phone please no more"."""
    word, before, after = marks[index], marks[index - 1], marks[index + 1 : index + 2]
    here = [one for one in marks if one.part == word.part and one.sense is not Sense.GREETING]
    is_asked = here[0].sense is Sense.ASKING
    is_last = not after or after[0].part != word.part
    is_begged = index > 0 and before.part == word.part and before.text in _PLEASE
    return is_last and is_begged and not is_asked


def _is_own(heard: Heard, mark: Mark) -> bool:
    """ "If I don't call" is what the person does, and "I will not stop coming" denies the end."""
    words = lexicon_of(heard.language).refusal
    return mark.start > 0 and heard.tokens[mark.start - 1].text in words.own | words.denials


def _is_limited(marks: Sequence[Mark], index: int, language: str) -> bool:
    """Whether a time or condition follows: "don't call before 9" is a wish, and no refusal.

    A number after a sign is an answer beside it: "don't write to me, 1".
    """
    word = marks[index]
    following = [one for one in marks[index + 1 :] if one.clause == word.clause]
    limits = [one for one in following if one.sense is not Sense.NUMBER or one.part == word.part]
    here = [one.text for one in following if one.part == word.part]
    later = [one.text for one in following if one.part != word.part]
    named = is_limited(here, lexicon_of(language).refusal, later)
    return named or any(one.sense in _CONDITIONS and one.text not in _STILL_NO for one in limits)


def _is_stop(heard: Heard, index: int) -> bool:
    """Whether STOP stands there as a word of its own: not "stop by at five", "bus stop", "don't stop"."""
    tokens = heard.tokens
    if tokens[index].text not in _STOPS:
        return False
    part = tokens[index].part
    before = tokens[index - 1] if index and tokens[index - 1].part == part else None
    after = tokens[index + 1] if index + 1 < len(tokens) and tokens[index + 1].part == part else None
    if (before is not None and before.text in _STOP_BEFORE) or part in _asked_whether(heard):
        return False
    if ends_a_thing([token.text for token in tokens[index + 1 :] if token.part == part], heard.language):
        return False
    return after is None or not (after.text in _STOP_AFTER or _is_other_doing(heard, index + 1))


def _is_other_doing(heard: Heard, index: int) -> bool:
    """Whether something else than writing is to stop: "stop offering lunch", and not "stop hounding me"."""
    words = lexicon_of(heard.language).refusal
    doing, *beside = (token.text for token in heard.tokens[index : index + _BESIDE_DOING])
    is_writing = doing in words.contacting or doing in words.messages
    return doing.endswith("ing") and not is_writing and not set(beside) & (words.persons | words.addresses)
