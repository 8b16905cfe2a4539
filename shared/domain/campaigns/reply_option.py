"""The answers a message offers, what each means, and what it sets off."""

from enum import StrEnum

from msgspec import Struct

MOST_WORDS, WORD_CHARACTERS = 20, 60
MOST_TAGS = 10
EVENT_CHARACTERS = 60


class Choice(Struct, frozen=True, kw_only=True):
    """An answer that is shown as a button: what it says, and what comes back when it is pressed."""

    id: str
    title: str


class Disposition(StrEnum):
    """What an answer means for the appointment."""

    CONFIRMED = "confirmed"
    CANCELED = "canceled"
    RESCHEDULE_ASKED = "reschedule_asked"


class ReplyOption(Struct, frozen=True, kw_only=True):
    """An answer a message offers: any of `words` (case and punctuation ignored) means `disposition`.

    Who gives it is sent `acknowledgement`, once; `acknowledgement_out_of_hours` in its place where the
    campaign's contact window is closed. The contact gets `add_tags` and loses `remove_tags`. With
    `stops_steps` the later steps of the fire are not for this recipient any more; with `starts_steps` they go
    on although this is an answer, also where another had ended them. `event` is told to the webhook endpoints
    that listen to chosen options. What is empty does nothing.
    """

    words: tuple[str, ...]
    disposition: Disposition
    acknowledgement: str = ""
    acknowledgement_out_of_hours: str = ""
    add_tags: tuple[str, ...] = ()
    remove_tags: tuple[str, ...] = ()
    stops_steps: bool = False
    starts_steps: bool = False
    event: str = ""


def choices_of(options: tuple[ReplyOption, ...], most: int) -> tuple[Choice, ...]:
    """The options as buttons, `most` of them: each says the first of its words that is no number."""
    return tuple(Choice(id=one.words[0], title=_title(one.words)) for one in options[:most] if one.words)


def _title(words: tuple[str, ...]) -> str:
    word = next((word for word in words if any(map(str.isalpha, word))), words[0]).strip()
    return word[:1].upper() + word[1:]


def option_for(options: tuple[ReplyOption, ...], disposition: Disposition) -> ReplyOption | None:
    """The option that means this; None where no option does, as a person may decide otherwise."""
    return next((one for one in options if one.disposition is disposition), None)
