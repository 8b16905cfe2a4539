"""The fields of the campaign form that say what people may answer, and what each answer sets off."""

import re
from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from functions.portal.kit.forms import Form
from shared.domain.campaigns.reply_option import (
    EVENT_CHARACTERS,
    MOST_TAGS,
    MOST_WORDS,
    WORD_CHARACTERS,
    Disposition,
    ReplyOption,
    option_for,
)
from shared.domain.companies.consent_rules import ANSWER_CHARACTERS
from shared.domain.contacts.check_contact import TAG_CHARACTERS

ASKED = {
    Disposition.CONFIRMED: "1",  # carriers keep YES for themselves
    Disposition.CANCELED: "2",
    Disposition.RESCHEDULE_ASKED: "3",
}
_OPTION = re.compile(r"\ba word of option (\d+)")
STOPS, STARTS = "stops", "starts"
_TEXTS = ("acknowledgement", "acknowledgement_out_of_hours")
_TAGS = ("add_tags", "remove_tags")
_NAMES = (*_TEXTS, *_TAGS, "steps", "event")


class OptionFields(Struct, frozen=True, kw_only=True):
    """One answer on the form; `is_open` where what it sets off is to be seen at once."""

    disposition: Disposition
    label: str
    is_open: bool


LABELS = {
    Disposition.CONFIRMED: "Confirm",
    Disposition.CANCELED: "Cancel",
    Disposition.RESCHEDULE_ASKED: "Ask to move",
}


def shown_options(typed: dict[str, Any], problems: dict[str, str]) -> list[OptionFields]:
    """The answers in their order; open where one sets something off, or has a fault there."""
    return [
        OptionFields(
            disposition=one,
            label=LABELS[one],
            is_open=any(typed.get(f"{one}_{name}") or f"{one}_{name}" in problems for name in _NAMES),
        )
        for one in Disposition
    ]


def typed_of_options(options: Sequence[ReplyOption] | None) -> dict[str, str]:
    """The fields as they stand in a draft, or with None as a new one begins."""
    typed: dict[str, str] = {}
    for disposition in Disposition:
        known = option_for(tuple(options or ()), disposition)
        words = _joined(known.words) if known else ""
        typed[disposition] = ASKED[disposition] if options is None else words
        typed |= {f"{disposition}_{name}": value for name, value in _typed_actions(known).items()}
    return typed


def _typed_actions(option: ReplyOption | None) -> dict[str, str]:
    if option is None:
        return dict.fromkeys(_NAMES, "")
    return {
        "acknowledgement": option.acknowledgement,
        "acknowledgement_out_of_hours": option.acknowledgement_out_of_hours,
        "add_tags": _joined(option.add_tags),
        "remove_tags": _joined(option.remove_tags),
        "steps": STOPS if option.stops_steps else STARTS if option.starts_steps else "",
        "event": option.event,
    }


def read_options(form: Form, known: Sequence[ReplyOption] = ()) -> tuple[ReplyOption, ...]:
    """The answers that have a word, in the order of the `known` ones. Commas part words, and tags.

    Of several that mean the same the form has the first: the others, which programs made, stay as they are.
    """
    typed = {one: _read(form, one, option_for(tuple(known), one)) for one in Disposition}
    found = [typed.pop(one.disposition) if one.disposition in typed else one for one in known]
    return tuple(one for one in (*found, *typed.values()) if one is not None)


def _read(form: Form, disposition: Disposition, known: ReplyOption | None) -> ReplyOption | None:
    words = _words(form, disposition, known)
    texts = [_text(form, disposition, name, known) for name in _TEXTS]
    tags = [_tags(form, disposition, name, known) for name in _TAGS]
    steps = form.one_of(f"{disposition}_steps", (STOPS, STARTS))
    event = form.line(f"{disposition}_event", is_needed=False, most=EVENT_CHARACTERS)
    if words:
        return ReplyOption(
            words=words,
            disposition=disposition,
            acknowledgement=texts[0],
            acknowledgement_out_of_hours=texts[1],
            add_tags=tags[0],
            remove_tags=tags[1],
            stops_steps=steps == STOPS,
            starts_steps=steps == STARTS,
            event=event,
        )
    if any((*texts, *tags, steps, event)):
        form.wrong(disposition, "has no word, and yet sets something off: say what people answer")
    return None


def _words(form: Form, disposition: Disposition, known: ReplyOption | None) -> tuple[str, ...]:
    before = known.words if known else ()
    return _parted(form, disposition, before, MOST_WORDS, WORD_CHARACTERS, "words")


def _tags(form: Form, disposition: Disposition, name: str, known: ReplyOption | None) -> tuple[str, ...]:
    before = getattr(known, name, ())
    return _parted(form, f"{disposition}_{name}", before, MOST_TAGS, TAG_CHARACTERS, "tags")


def _parted(
    form: Form, name: str, before: tuple[str, ...], count: int, size: int, noun: str
) -> tuple[str, ...]:
    """What stands there, parted at commas; what nobody changed stays, as programs may use commas in it."""
    typed = form.line(name, is_needed=False, most=count * (size + 2))
    if before and _is_same(typed, _joined(before)):
        return before
    found = _listed(typed)
    if typed and not found:
        form.wrong(name, "has commas and no word between them")
    if len(found) > count or any(len(one) > size for one in found):
        form.wrong(name, f"are at most {count} {noun} of at most {size} characters")
    return found


def _text(form: Form, disposition: Disposition, name: str, known: ReplyOption | None) -> str:
    before: str = getattr(known, name, "")
    typed = form.text(f"{disposition}_{name}", is_needed=False, most=ANSWER_CHARACTERS).strip()
    return before if _is_same(typed, before) else typed


def _is_same(typed: str, before: str) -> bool:
    """Whether nobody changed it: browsers write line breaks their own way."""
    return typed == before.replace("\r\n", "\n").strip()


def _joined(items: Sequence[str]) -> str:
    return ", ".join(items)


def _listed(text: str) -> tuple[str, ...]:
    return tuple(one.strip() for one in text.split(",") if one.strip())


def option_reason(reason: str, options: Sequence[ReplyOption]) -> str:
    """What is wrong, as the form calls the answers: a word of option 1 is one of “Confirm”."""
    return _OPTION.sub(lambda found: f"a word of “{LABELS[options[int(found[1]) - 1].disposition]}”", reason)


def option_place(field: str, options: Sequence[ReplyOption]) -> str:
    """The form's field for a problem of the stored ones: reply_options[0].event is `confirmed_event`.

    `reply_options` for one that the form does not show.
    """
    number, _, rest = field.removeprefix("reply_options[").partition("].")
    name = rest.partition("[")[0]
    if not number.isdecimal() or int(number) >= len(options):
        return "reply_options"
    option = options[int(number)]
    if option_for(tuple(options), option.disposition) is not option:
        return "reply_options"
    if name == "words":
        return str(option.disposition)
    shown = "steps" if name in ("stops_steps", "starts_steps") else name
    return f"{option.disposition}_{shown}" if shown in _NAMES else "reply_options"
