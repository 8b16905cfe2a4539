"""A call, turn by turn: what has happened in it, and what it says next."""

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum

from msgspec import Struct

from shared.domain.campaigns.reply_option import Disposition, ReplyOption
from shared.domain.messages.reply import Reply
from shared.domain.record import replace
from shared.domain.replies.asked import ReplyMeaning
from shared.domain.replies.keys import NO_MORE, REPEAT, keys_of, offered_keys
from shared.domain.replies.spoken_words import SpokenWords, spoken_words

MOST_ROUNDS = 6  # times that keys are asked for in one call: then it ends
WRONG_KEYS = 2  # after so many it ends, and a person looks at it

# A text that names the keys itself, such as "Press 1 to confirm", is not followed by ours.
_NAMES_KEYS = re.compile(
    r"\b(?:press|push|dial|hit|enter|pulse|pulsa|presione|presiona|marque|marca|oprima|oprime|teclee|appuyez|tapez"
    r"|faites|composez|pressione|tecle|digite|carregue|prima|disque|drücken|wählen|prema|premere|digiti)"
    r"\b[^.!?]{0,24}?\b[0-8]\b",
    re.IGNORECASE,
)


class Answerer(StrEnum):
    """Who took a call."""

    PERSON = "person"
    MACHINE = "machine"  # an answering machine, or a fax


class CallHeard(Struct, frozen=True, kw_only=True):
    """What a provider tells of a call that is going on, and wants to be told what to say.

    `keys` is None when it was just taken, and else what was pressed: once in each of the `round`s, which
    count from 0. `wrong` keys were pressed before. `call_id` is the provider's.
    """

    message_id: str
    call_id: str
    person: str
    sender: str
    answerer: Answerer = Answerer.PERSON
    keys: str | None = None
    round: int = 0
    wrong: int = 0


class CallTurn(Struct, frozen=True, kw_only=True):
    """What is said next, in `language`. With `asks` a key is waited for, and without one `at_last` is said.

    Then the call is over. `round` and `wrong` are for the key that comes.
    """

    language: str
    says: tuple[str, ...] = ()
    asks: bool = False
    at_last: tuple[str, ...] = ()
    round: int = 0
    wrong: int = 0


class CallScript(Struct, frozen=True, kw_only=True):
    """What one call is about: its text, its language and what it offers to answer."""

    body: str
    language: str
    options: tuple[ReplyOption, ...] = ()
    leaves_voicemail: bool = True

    @property
    def keys(self) -> Mapping[str, Disposition]:
        """What each key answers."""
        return keys_of(self.options)

    @property
    def words(self) -> SpokenWords:
        """What is said around the text."""
        return spoken_words(self.language)

    def opening(self, answerer: Answerer) -> CallTurn:
        """The first turn. A machine gets the text alone, or nothing."""
        if answerer is Answerer.MACHINE:
            return CallTurn(language=self.language, says=(self.body,) if self.leaves_voicemail else ())
        return self._asking(self.body, *self._choices())

    def is_answer(self, heard: CallHeard) -> bool:
        """Whether what was pressed is to be taken as a reply: a choice, or the last of several wrong keys."""
        is_known = heard.keys in self.keys or heard.keys == NO_MORE
        return is_known or (heard.keys != REPEAT and heard.wrong + 1 >= WRONG_KEYS)

    def again(self, heard: CallHeard) -> CallTurn:
        """What follows a star, or the first wrong key: the text once more, or the choices."""
        is_wrong = heard.keys != REPEAT
        if heard.round + 1 >= MOST_ROUNDS:
            return self._ending(self.words.no_answer)
        first = self.words.wrong_key if is_wrong else self.body
        turn = self._asking(first, *self._choices(is_needed=is_wrong))
        return replace(turn, round=heard.round + 1, wrong=heard.wrong + is_wrong)

    def ending(self, reply: Reply, own_texts: Iterable[str]) -> CallTurn:
        """What became of the reply, and the company's own texts for such an answer; then the call is over."""
        words = self.words
        if reply.meaning is ReplyMeaning.OPT_OUT:
            return self._ending(words.opted_out)
        if reply.meaning is ReplyMeaning.ANSWER and reply.disposition is not None:
            return self._ending(words.outcomes[reply.disposition], *own_texts)
        return self._ending(words.not_taken)

    def _asking(self, *says: str) -> CallTurn:
        words = self.words
        return CallTurn(
            language=self.language,
            says=says,
            asks=True,
            at_last=(words.no_answer, words.goodbye) if self.keys else (words.goodbye,),
        )

    def _choices(self, *, is_needed: bool = False) -> tuple[str, ...]:
        words = self.words
        own = (
            ()
            if _NAMES_KEYS.search(self.body) and not is_needed
            else (
                words.keys[disposition].format(key=key)
                for key, disposition in offered_keys(self.options).items()
            )
        )
        return (*own, words.repeat.format(key=words.star), words.no_more.format(key=NO_MORE))

    def _ending(self, *says: str) -> CallTurn:
        return CallTurn(language=self.language, says=(*says, self.words.goodbye))
