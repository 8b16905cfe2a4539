"""What a company decides about refusals: how far they reach, what may be refused, and what is answered."""

from collections.abc import Iterator
from enum import StrEnum

from msgspec import Struct

from shared.domain.characters import check_characters
from shared.domain.companies.frequency_cap import FrequencyCap, check_cap
from shared.domain.errors import Problem

MOST_TOPICS = 20
TOPIC_CHARACTERS = 60
MOST_OWN_WORDS = 20  # of each kind
OWN_WORD_CHARACTERS = 40
ANSWER_CHARACTERS = 480  # three parts of a text message


class OptOutScope(StrEnum):
    """How far a refusal in a reply reaches."""

    SENDER = "sender"  # that sender alone
    CHANNEL = "channel"  # all the company sends on the channel
    ADDRESS = "address"  # also other channels that reach the same address


class ConsentRules(Struct, frozen=True, kw_only=True):
    """A company's rules.

    `topics` are the kinds of messages a person may refuse alone ("Appointment reminders"); a campaign names
    one of them. `help_text` answers HELP; empty: a person does. `opt_out_text` confirms a refusal, once;
    empty: the text that Rollcall brings, in the language of the last message. Without `confirms_opt_outs`
    nothing does. A reply that is one of `opt_out_words` or `opt_in_words` and nothing else refuses or
    returns, beside the words that are known anyway. `frequency_cap` holds for campaigns that have none of
    their own, unless they ignore it.
    """

    opt_out_scope: OptOutScope = OptOutScope.CHANNEL
    topics: tuple[str, ...] = ()
    help_text: str = ""
    opt_out_text: str = ""
    confirms_opt_outs: bool = True
    opt_out_words: tuple[str, ...] = ()
    opt_in_words: tuple[str, ...] = ()
    frequency_cap: FrequencyCap | None = None


NO_RULES = ConsentRules()


class Narrowing(Struct, frozen=True, kw_only=True):
    """Which opt-outs may forbid a message beside those of its channel and address.

    `topic` is the campaign's, where somebody of the company has refused a topic, else empty. `by_sender`:
    somebody has refused a single sender. `only` are what the addresses are compared by that alone may be sent
    to, while the company is in trial.
    """

    topic: str = ""
    by_sender: bool = False
    only: frozenset[str] | None = None


CHANNEL_WIDE = Narrowing()


def check_rules(rules: ConsentRules) -> Iterator[Problem]:
    """What is wrong with the rules."""
    if len(rules.topics) > MOST_TOPICS:
        yield Problem(field="topics", reason=f"are more than {MOST_TOPICS}")
    for index, topic in enumerate(rules.topics):
        where = f"topics[{index}]"
        yield from check_characters(where, topic, is_line=True)
        if not topic.strip() or len(topic) > TOPIC_CHARACTERS:
            yield Problem(field=where, reason=f"has 1 to {TOPIC_CHARACTERS} characters")
    if len({topic_key(topic) for topic in rules.topics}) < len(rules.topics):
        yield Problem(field="topics", reason="name one topic twice")
    yield from check_cap(rules.frequency_cap)
    yield from check_answer("help_text", rules.help_text)
    yield from check_answer("opt_out_text", rules.opt_out_text)


def check_answer(field: str, text: str) -> Iterator[Problem]:
    """What is wrong with a text that answers a single person. It is sent as it is, without fields."""
    yield from check_characters(field, text)
    if len(text) > ANSWER_CHARACTERS:
        yield Problem(field=field, reason=f"is longer than {ANSWER_CHARACTERS} characters")
    if "{{" in text or "{%" in text:
        yield Problem(field=field, reason="has no fields: it is sent as it is written. Take out {{ … }}.")


def topic_key(topic: str) -> str:
    """Equal for spellings of one topic."""
    return " ".join(topic.split()).casefold()
