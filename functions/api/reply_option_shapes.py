"""What a campaign's reply options look like going in and out."""

from collections.abc import Callable
from typing import Annotated, Any, ClassVar

from pydantic import Field, StrictBool, StringConstraints

from functions.api.kit.shapes import Input, Output
from shared.domain.campaigns.reply_option import (
    EVENT_CHARACTERS,
    MOST_TAGS,
    MOST_WORDS,
    WORD_CHARACTERS,
    Disposition,
    ReplyOption,
)
from shared.domain.companies.consent_rules import ANSWER_CHARACTERS
from shared.domain.contacts.check_contact import TAG_CHARACTERS

_Word = Annotated[str, StringConstraints(min_length=1, max_length=WORD_CHARACTERS)]
_Answer = Annotated[str, StringConstraints(max_length=ANSWER_CHARACTERS)]
_Tags = Annotated[
    tuple[Annotated[str, StringConstraints(min_length=1, max_length=TAG_CHARACTERS)], ...],
    Field(max_length=MOST_TAGS),
]


class ReplyOptionInput(Input):
    """An answer the message offers. Carriers keep STOP, CANCEL, YES and others for themselves.

    Who gives it is sent `acknowledgement`, or `acknowledgement_out_of_hours` outside of the contact window.
    The contact gets `add_tags` and loses `remove_tags`. With `stops_steps` the later steps of the fire are
    not for this recipient any more; with `starts_steps` they go on although this is an answer. `event` is the
    name under which webhook endpoints that listen to `reply.option_chosen` are told.
    """

    record_type: ClassVar[Callable[..., Any] | None] = ReplyOption
    words: Annotated[tuple[_Word, ...], Field(min_length=1, max_length=MOST_WORDS)]
    disposition: Disposition
    acknowledgement: _Answer = ""
    acknowledgement_out_of_hours: _Answer = ""
    add_tags: _Tags = ()
    remove_tags: _Tags = ()
    stops_steps: StrictBool = False
    starts_steps: StrictBool = False
    event: Annotated[str, StringConstraints(max_length=EVENT_CHARACTERS)] = ""


class ReplyOptionOutput(Output):
    """An answer a message offers."""

    words: tuple[str, ...]
    disposition: Disposition
    acknowledgement: str
    acknowledgement_out_of_hours: str
    add_tags: tuple[str, ...]
    remove_tags: tuple[str, ...]
    stops_steps: bool
    starts_steps: bool
    event: str
