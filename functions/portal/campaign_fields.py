"""The fields of the campaign form, and the campaign they make."""

from datetime import datetime, time
from typing import Any

from msgspec import Struct

from functions.portal.kit.forms import Form
from functions.portal.reply_option_fields import read_options, typed_of_options
from shared.domain.campaigns.audience import Audience
from shared.domain.campaigns.campaign import Campaign
from shared.domain.campaigns.schedule import Schedule, ScheduleKind
from shared.domain.campaigns.step import Step
from shared.domain.campaigns.together import APPOINTMENTS, NUMBER
from shared.domain.campaigns.window import ContactWindow
from shared.domain.contacts.contact_source import address_field as field_of_channel
from shared.domain.contacts.contact_source import own_channels
from shared.domain.contacts.segment import Told
from shared.domain.files.file import File
from shared.domain.files.source import CONTACT, PERSON, FieldType, Source
from shared.domain.record import replace
from shared.domain.senders.sender import Sender
from shared.domain.templates.template import Template

WINDOW = ContactWindow()
MOST_MINUTES = 10_080  # before an appointment's start, at which answers close: a week
ZONE_TYPES = (FieldType.TIME_ZONE, FieldType.PHONE)
SAID = {FieldType.DATE: " | date: '%B %d'", FieldType.DATETIME: " | date: '%b %d at %I:%M %p'"}
MOMENT_TYPES = (FieldType.DATE, FieldType.DATETIME)


# Of a contact, in no text.
HIDDEN = (PERSON, CONTACT, Told.TIME_ZONE, *(str(one) for one in own_channels()))


class Choices(Struct, frozen=True, kw_only=True):
    """What a campaign for a file can be made of; with `file` None, one for people."""

    file: File | None
    source: Source
    senders: tuple[Sender, ...]

    @property
    def noun(self) -> str:
        """What the fields are of."""
        return "file" if self.file else "contact"

    def address_field(self, sender: Sender) -> str:
        """The field that holds addresses of the sender's kind; empty when the file has none."""
        if self.file is None:
            return field_of_channel(sender.channel)
        kind = sender.channel.record.address.name
        return next((column.field for column in self.source.columns if column.type == kind), "")

    def address_said(self, form: Form, sender: Sender | None, known: Step | None) -> str:
        """The field with the address: as the form says, as it was on this channel, or the first of its kind.

        Where there is none, the form is told so.
        """
        chosen = form.one_of("address_field", self.fields())
        if sender is None:
            return chosen
        if not chosen and self.file is None and known is not None and known.channel == sender.channel:
            return known.address_field  # people have one of each kind, unless a program says another
        found = chosen or self.address_field(sender)
        if not found:
            kind = sender.channel.record.address.name
            form.wrong("address_field", f"the file has no column of the type {kind}: choose one")
        return found

    def fields(self, *types: FieldType) -> list[str]:
        """The source's fields of these types; without types, all."""
        return [one.field for one in self.source.columns if not types or one.type in types]

    @property
    def chips(self) -> list[tuple[str, str]]:
        """Each field with what puts it into a text; a moment as people say it: Dec 03 at 08:45 PM."""
        columns = self.source.columns
        if self.file is None:
            columns = tuple(one for one in columns if one.field not in HIDDEN)
            columns = tuple(sorted(columns, key=lambda one: one.field != Told.NAME))
        return [(one.field, "{{ " + one.field + SAID.get(one.type, "") + " }}") for one in columns]

    @property
    def list_chip(self) -> str:
        """What puts all rows of one address into a text, each with its number, time and name."""
        times = [f"{one.field}{SAID[one.type]}" for one in self.source.columns if one.type in SAID]
        names = [one for one in self.fields() if one == Told.NAME]
        said = "".join(f" {{{{ one.{one} }}}}" for one in (*times[:1], *names))
        each = f"{{{{ one.{NUMBER} }}}}:{said}{{% unless forloop.last %}}, {{% endunless %}}"
        return f"{{% for one in {APPOINTMENTS} %}}{each}{{% endfor %}}"

    @property
    def zone_fields(self) -> list[str]:
        """Fields that say in which time zone somebody lives."""
        return self.fields(*ZONE_TYPES)

    @property
    def moment_fields(self) -> list[str]:
        """Fields with a date, after which a message may be no use."""
        return self.fields(*MOMENT_TYPES)


def typed_of_campaign(campaign: Campaign | None, template: Template | None) -> dict[str, Any]:
    """The form's fields as they stand in a draft, or as a new one begins."""
    window = campaign.window if campaign else WINDOW
    schedule = campaign.schedule if campaign else Schedule()
    step = campaign.steps[0] if campaign else None
    return {
        "id": campaign.id if campaign else "",
        "template_id": step.template_id if step else "",
        "name": campaign.name if campaign else "",
        "sender_id": step.sender_id if step else "",
        "address_field": step.address_field if step else "",
        "subject": template.subject if template else "",
        "body": template.body if template else "",
        "days": [str(day) for day in window.days],
        "opens": f"{window.opens:%H:%M}",
        "closes": f"{window.closes:%H:%M}",
        "time_zone_field": window.time_zone_field or "",
        "expires_field": (campaign.expires_field or "") if campaign else None,
        "kind": str(schedule.kind),
        "pause_at_percent": str(campaign.pause_at_percent or "") if campaign else "",
        "at": f"{schedule.at:%Y-%m-%dT%H:%M}" if schedule.at else "",
        "asks_together": "on" if campaign and campaign.asks_together else "",
        "answers_close_minutes": str(campaign.answers_close_minutes or "") if campaign else "",
        **typed_of_options(campaign.reply_options if campaign else None),
    }


def typed_of(form: Form) -> dict[str, Any]:
    """The form's fields as they were typed, to be shown again."""
    return {**{name: form.given(name) for name in typed_of_campaign(None, None)}, "days": form.lines("days")}


def read_campaign(
    form: Form, choices: Choices, known: Campaign | None, now: datetime, audience: Audience
) -> Campaign:
    """The campaign that the form says, for that audience. Raises InvalidInput, naming all that is wrong."""
    sender = _sender(form, choices)
    chosen = choices.address_said(form, sender, known.steps[0] if known else None)
    form.text("body")
    window, schedule = _window(form, choices, known.window if known else WINDOW), _schedule(form)
    options = read_options(form, known.reply_options if known else ())
    closes = form.whole("answers_close_minutes", most=MOST_MINUTES)
    name, expires = form.line("name"), form.one_of("expires_field", choices.moment_fields) or None
    item_id, template_id = form.item_id("id"), form.item_id("template_id")
    pause_at = form.whole("pause_at_percent", least=1, most=100)
    form.check()
    if sender is None:
        raise TypeError("a form without faults has a sender")
    step = _step(sender, template_id, chosen)
    made = known or Campaign(
        id=item_id,
        name=name,
        audience=audience,
        steps=(step,),
        created_at=now,
        updated_at=now,
    )
    steps = (replace(made.steps[0], **_of_step(step)), *made.steps[1:]) if known else (step,)
    return replace(
        made,
        name=name,
        audience=audience,
        steps=steps,
        window=window,
        schedule=schedule,
        reply_options=options,
        answers_close_minutes=closes or 0,
        expires_field=expires,
        pause_at_percent=pause_at,
        asks_together=made.asks_together if choices.file is None else form.is_set("asks_together"),
    )


def _sender(form: Form, choices: Choices) -> Sender | None:
    sender_id = form.item_id("sender_id")
    sender = next((one for one in choices.senders if one.id == sender_id), None)
    if sender_id and sender is None:
        form.wrong("sender_id", "is no choice of this form")
    return sender


def _step(sender: Sender, template_id: str, field: str) -> Step:
    return Step(
        id="", channel=sender.channel, template_id=template_id, sender_id=sender.id, address_field=field
    )


def _of_step(step: Step) -> dict[str, Any]:
    """What the form says of a step; the rest stays as it is."""
    names = ("channel", "template_id", "sender_id", "address_field")
    return {name: getattr(step, name) for name in names}


def _window(form: Form, choices: Choices, known: ContactWindow) -> ContactWindow:
    """The window as the form has it; holidays and quiet hours, which it does not show, stay as they are."""
    days = tuple(sorted({int(day) for day in form.lines("days") if day in "1234567" and len(day) == 1}))
    if not days:
        form.wrong("days", "choose at least one day")
    return replace(
        known,
        days=days,
        opens=form.clock("opens", time(9)),
        closes=form.clock("closes", time(20)),
        time_zone_field=form.one_of("time_zone_field", choices.zone_fields) or None,
    )


def _schedule(form: Form) -> Schedule:
    if form.one_of("kind", (ScheduleKind.ON_DEMAND, ScheduleKind.ONCE)) != ScheduleKind.ONCE:
        return Schedule()
    at = form.wall_time("at")
    if at is None:
        form.wrong("at", "say when")
    return Schedule(kind=ScheduleKind.ONCE, at=at)
