"""How pages say what records hold: words for names in the code, and numbers as people read them."""

import re
from collections.abc import Callable, Collection
from datetime import datetime
from decimal import Decimal

MINUTE, HOUR, DAY = 60, 3_600, 86_400  # seconds
_WORDS = {
    "on_demand": "when you say so",
    "awaiting_upload": "waiting for its upload",
    "needs_attention": "needs attention",
    "will_send": "will be sent",
    "will_wait": "will wait for the contact window",
    "must_be_mended": "must be corrected first",
    "filtered": "left out by the row filter",
    "reschedule_asked": "asked to move",
    "canceled": "cancelled",
    "firing": "being sent",
    "holiday_country": "holidays of",
    "url": "address",
    "sms_parts": "parts of text messages",
    "call_minutes": "minutes of calls",
    "whatsapp_messages": "WhatsApp messages",
    "instagram_messages": "Instagram messages",
    "messenger_messages": "Messenger messages",
    "publishes": "jobs handed over",
    "invocations": "jobs taken up",
    "provider_calls": "calls to providers",
    "reads": "records read",
    "writes": "records written",
    "sendgrid": "SendGrid",
    "ses": "Amazon SES",
    "smtp": "SMTP",
    "twilio": "Twilio",
    "meta": "Meta",
}


def words(value: object) -> str:
    """A name out of the code in words; empty for none."""
    text = "" if value is None else str(value)
    return _WORDS.get(text, text.replace("_", " "))


def sentence(value: object) -> str:
    """The words with a capital letter first."""
    text = words(value)
    return text[:1].upper() + text[1:]


_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(?::\d\d)?(?:Z|[+-]\d\d:\d\d)?")


_FORMAT = re.compile(r"%[A-Za-z](?:[-/., :T]{0,3}%[A-Za-z])*")
_MOMENTS = re.compile(r"(\d{4}-\d\d-\d\d[ T]\d\d:\d\d)(?::\d\d(?:\.\d+)?)?(?: UTC|\+00:00|Z)")
_IDS = re.compile(r" \([0-9a-f]{24}\)")
_DISPOSITIONS = re.compile(r"\b(?:canceled|reschedule_asked)\b")
_HASHES = re.compile(r"\b([0-9a-f]{8})[0-9a-f]{24,}\b")
# What stored sentences say to programs, and what it is called on the pages.
OF_PROGRAMS = {
    "upload it with accepts_repeat set to true": "upload it once more, and tick “Take it even if the same "
    "file came before” under More options",
    "change the source's mapping and load the file again": "correct its columns",
    "change the source's mapping and load it again": "correct its columns",
    "load the file again with the changed mapping": "have it read again with the changed columns",
    "Load the file again with the changed mapping": "Have it read again with the changed columns",
    "load the file again with that change of the mapping": "have it read again with that change of columns",
    " of its source had ": " of its kind had ",
    "in the source's format": "in the usual format",
    "its source holds every file": "every file of its kind is held",
    " Fire with send_again for whom should get theirs once more.": "",
}
_ADDRESS = re.compile(r" \(https://[^()\s]*\)")
_EXAMPLE = datetime(2026, 1, 31, 14, 30)  # noqa: DTZ001  # a wall time that is only shown


def cell(value: str) -> str:
    """A row's value as people read it: a date and time on its own clock, 2026-12-17 14:15."""
    found = _MOMENT.fullmatch(value)
    return f"{found[1]} {found[2]}" if found else value


_PUT_IN = re.compile(r"\{\{-?\s*([A-Za-z_][A-Za-z0-9_.]*)[^{}]*\}\}")


def with_fields_named(text: str) -> str:
    """A template's text as one reads it: each field put in stands in brackets, without its filters."""
    return _PUT_IN.sub(lambda found: f"[{words(found[1])}]", text)


def by_example(text: str) -> str:
    """A sentence that names formats of dates, %m/%d/%Y, with how a date looks in them, 01/31/2026."""
    return _FORMAT.sub(lambda found: _EXAMPLE.strftime(found[0]), text)


def retold(text: str, when: Callable[[datetime], str]) -> str:
    """A stored sentence as a page says it: times on the company's clock, and nothing meant for programs."""
    for said, meant in OF_PROGRAMS.items():
        text = text.replace(said, meant)
    text = _DISPOSITIONS.sub(lambda found: words(found[0]), text)
    text = _HASHES.sub(r"\1…", _IDS.sub("", by_example(text)))
    return _MOMENTS.sub(lambda found: when(datetime.fromisoformat(f"{found[1]}+00:00")), text)


def without_address(text: str) -> str:
    """A sentence without the web page behind it, (https://…)."""
    return _ADDRESS.sub("", text)


def price(text: str) -> str:
    """An amount to the cent, where that says enough: 5.89; a small one as it is, 0.0083."""
    amount = Decimal(text)
    return f"{amount:,.2f}" if amount >= 1 else text


def number(value: int) -> str:
    """12,345."""
    return f"{value:,}"


def size(count: int) -> str:
    """Bytes as people say them: 12 KB, 3.4 MB."""
    if count < 1024 * 1024:
        return f"{max(1, round(count / 1024)):,} KB"
    return f"{count / 1024 / 1024:,.1f} MB"


def span(seconds: float) -> str:
    """For how long, as people say it: less than a minute, about 12 minutes, about 3 hours, about 2 days."""
    if seconds < MINUTE:
        return "less than a minute"
    units = (("day", DAY), ("hour", HOUR), ("minute", MINUTE))
    unit, length = next(pair for pair in units if seconds >= pair[1])
    count = round(seconds / length)
    return f"about {count} {unit}{'' if count == 1 else 's'}"


WEEK = tuple(
    (str(day), name) for day, name in enumerate(("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), 1)
)


def weekdays(days: Collection[int]) -> str:
    """Days of the week (Monday is 1) as people say them: every day, Mon, Wed."""
    if len(days) == len(WEEK):
        return "every day"
    return ", ".join(name for day, name in WEEK if int(day) in days)
