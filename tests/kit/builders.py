"""Valid things with everything filled in; a test overrides the one field it is about."""

from datetime import UTC, datetime, time
from typing import Any

from shared.domain.automations.automation import (
    Automation,
    AutomationVersion,
    Definition,
    packed_definition,
)
from shared.domain.automations.enrollment import Enrollment, EnrollmentState, Way
from shared.domain.automations.steps import TagStep
from shared.domain.automations.trigger import Happened
from shared.domain.campaigns.audience import (
    Audience,
    FileAudience,
    NewestFileAudience,
    PeopleAudience,
    SegmentMembers,
)
from shared.domain.campaigns.broadcast import Broadcast, Wave
from shared.domain.campaigns.campaign import Campaign
from shared.domain.campaigns.content import CampaignContent
from shared.domain.campaigns.reply_option import Disposition, ReplyOption
from shared.domain.campaigns.step import Step
from shared.domain.campaigns.window import ContactWindow
from shared.domain.channels.channel import Channel
from shared.domain.companies.company import Company
from shared.domain.contacts.contact import Contact, ContactAddress
from shared.domain.contacts.opt_out import OptOut, OptOutSource, opt_out_id
from shared.domain.events.event import Event, EventType
from shared.domain.events.webhook_endpoint import WebhookEndpoint
from shared.domain.files.source import ColumnMapping, FieldType, HoldRule, Source
from shared.domain.messages.message import Message, rendering_hash
from shared.domain.record import replace
from shared.domain.senders.run_limits import RunLimits
from shared.domain.senders.sender import Provider, Sender
from shared.domain.templates.template import Template

NOON = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)  # a Monday, noon in New York
ALWAYS = ContactWindow(opens=time(0, 0), closes=time(0, 0))


def a_company(**changes: Any) -> Company:
    company = Company(
        id="acme", name="Acme Clinics", time_zone="America/New_York", default_region="US", created_at=NOON
    )
    return replace(company, **changes)


def an_sms_sender(**changes: Any) -> Sender:
    sender = Sender(
        id="texts",
        channel=Channel("sms"),
        provider=Provider("twilio"),
        address="+12125550100",
        rate_per_second=500.0,
    )
    return replace(sender, **changes)


def a_broadcast(**changes: Any) -> Broadcast:
    """One that was planned for nine on NOON's day, in runs of two, with a second wave."""
    wave = Wave(channel=Channel("sms"), template_id="first", sender_id="texts", address_field="phone")
    broadcast = Broadcast(
        id="recall",
        series_id="recall",
        number=1,
        name="Recall",
        audience=PeopleAudience(include=(SegmentMembers(segment_id="due"),)),
        first=wave,
        second=replace(wave, template_id="second"),
        at=datetime(2026, 11, 23, 9),  # noqa: DTZ001  # wall time
        run_at=datetime(2026, 11, 23, 14, tzinfo=UTC),
        runs=RunLimits(size=2, seconds=60, per_second=1_000),
        window=ALWAYS,
        created_at=NOON,
        updated_at=NOON,
    )
    return replace(broadcast, **changes)


def an_automation(**changes: Any) -> Automation:
    """A draft that attaches a tag to whom the tag "new" was attached to."""
    definition = Definition(
        triggers=(Happened(event=EventType.TAG_ATTACHED, what="new"),),
        steps=(TagStep(id="greet", tag="greeted"),),
    )
    automation = Automation(
        id="welcome",
        name="Welcome",
        created_at=NOON,
        updated_at=NOON,
        draft=packed_definition(definition),
    )
    return replace(automation, **changes)


def a_version(**changes: Any) -> AutomationVersion:
    version = AutomationVersion(
        id="version",
        automation_id="welcome",
        number=1,
        definition=an_automation().draft,
        published_at=NOON,
    )
    return replace(version, **changes)


def an_enrollment(**changes: Any) -> Enrollment:
    enrollment = Enrollment(
        id="enrollment",
        automation_id="welcome",
        contact_id="ana",
        event_id="event",
        entered_by="contact.tag_attached new",
        entered_at=NOON,
        state=EnrollmentState.ACTIVE,
        step_id="greet",
        way=Way(since=NOON),
    )
    return replace(enrollment, **changes)


def an_endpoint(**changes: Any) -> WebhookEndpoint:
    endpoint = WebhookEndpoint(
        id="hooks",
        url="https://hooks.example.com/rollcall",
        event_types=(EventType.REPLY_RECEIVED,),
        created_at=NOON,
        updated_at=NOON,
    )
    return replace(endpoint, **changes)


def an_event(**changes: Any) -> Event:
    event = Event(id="event", type=EventType.REPLY_RECEIVED, at=NOON, object_id="reply", what="answer")
    return replace(event, **changes)


def a_voice_sender(**changes: Any) -> Sender:
    return an_sms_sender(**{"id": "calls", "channel": Channel("voice"), "address": "+12125550101"} | changes)


def an_email_sender(**changes: Any) -> Sender:
    sender = Sender(
        id="mails",
        channel=Channel("email"),
        provider=Provider("sendgrid"),
        address="desk@acme-clinics.com",
        name="Acme Clinics",
        rate_per_second=500.0,
    )
    return replace(sender, **changes)


def a_chat_sender(**changes: Any) -> Sender:
    sender = Sender(
        id="chats",
        channel=Channel("whatsapp"),
        provider=Provider("twilio"),
        address="+12125550100",
        rate_per_second=80.0,
    )
    return replace(sender, **changes)


def a_page_sender(**changes: Any) -> Sender:
    sender = Sender(
        id="pages",
        channel=Channel("messenger"),
        provider=Provider("meta"),
        address="1112223334445556",
        rate_per_second=80.0,
    )
    return replace(sender, **changes)


def an_instagram_sender(**changes: Any) -> Sender:
    facts = {
        "id": "insta",
        "channel": Channel("instagram"),
        "address": "17841400000000001",
        "link_name": "example.clinic",
    }
    return a_page_sender(**facts | changes)


def a_source(**changes: Any) -> Source:
    source = Source(
        id="appointments",
        name="Appointments",
        columns=(
            ColumnMapping(column="Patient", field="name"),
            ColumnMapping(column="Phone", field="phone", type=FieldType.PHONE),
            ColumnMapping(column="Email", field="email", type=FieldType.EMAIL),
            ColumnMapping(column="Doctor", field="doctor"),
            ColumnMapping(
                column="When", field="appointment_at", type=FieldType.DATETIME, formats=("%m/%d/%Y %H:%M",)
            ),
            ColumnMapping(column="State", field="time_zone", type=FieldType.TIME_ZONE),
        ),
        created_at=NOON,
        updated_at=NOON,
        holds=HoldRule.NEVER,  # files are held where that is tested
    )
    return replace(source, **changes)


def a_template(**changes: Any) -> Template:
    template = Template(
        id="reminder",
        name="Reminder",
        channel=Channel("sms"),
        body="Hello {{ name }}, you see {{ doctor }} on {{ appointment_at | date: '%b %d at %H:%M' }}. "
        "Reply 1 to confirm, 2 to cancel.",
        created_at=NOON,
        updated_at=NOON,
    )
    return replace(template, **changes)


def an_audience(file_id: str | None = None) -> Audience:
    """The rows of one file of the appointments, or of the newest."""
    if file_id is None:
        return NewestFileAudience(source_id="appointments")
    return FileAudience(source_id="appointments", file_id=file_id)


def a_step(**changes: Any) -> Step:
    step = Step(
        id="sms",
        channel=Channel("sms"),
        template_id="reminder",
        sender_id="texts",
        address_field="phone",
    )
    return replace(step, **changes)


def a_chat_step(**changes: Any) -> Step:
    step = a_step(id="chat", channel=Channel("whatsapp"), template_id="chat", sender_id="chats")
    return replace(step, **changes)


def a_page_step(**changes: Any) -> Step:
    """To a page-scoped id, which stands in the column of the doctors."""
    facts = {"id": "page", "channel": Channel("messenger"), "template_id": "page", "sender_id": "pages"}
    return a_step(**facts | {"address_field": "doctor"} | changes)


def a_campaign(**changes: Any) -> Campaign:
    campaign = Campaign(
        id="reminders",
        name="Reminders",
        audience=an_audience(),
        steps=(a_step(),),
        window=ALWAYS,
        reply_options=(
            ReplyOption(words=("1", "c"), disposition=Disposition.CONFIRMED),
            ReplyOption(words=("2",), disposition=Disposition.CANCELED),
        ),
        created_at=NOON,
        updated_at=NOON,
    )
    return replace(campaign, **changes)


def a_contact(**changes: Any) -> Contact:
    """Ana, as she is stored: with a phone and a mailbox."""
    contact = Contact(
        id="0123456789abcdef01234567",
        created_at=NOON,
        changed_at=NOON,
        version=1,
        name="Ana Vega",
        key="P-1",
        language="es",
        time_zone="America/New_York",
        tags=("vip",),
        fields={"level": 3},
        addresses=(
            ContactAddress(channel=Channel("sms"), address="+12125550187", is_preferred=True),
            ContactAddress(channel=Channel("email"), address="ana@example.com", is_preferred=True),
        ),
    )
    return replace(contact, **changes)


def an_opt_out(address: str, **changes: Any) -> OptOut:
    """A refusal that holds, of a phone unless another channel is given."""
    channel = changes.get("channel", Channel("sms"))
    opt_out = OptOut(
        id=opt_out_id(channel, address),
        channel=channel,
        address=address,
        is_active=True,
        source=OptOutSource.REPLY,
        changed_at=NOON,
    )
    return replace(opt_out, **changes)


def a_message(**changes: Any) -> Message:
    message = Message(
        id="m1",
        fire_id="f1",
        campaign_id="reminders",
        step_id="sms",
        recipient_key="r2",
        chunk_id="c0",
        row_number=2,
        sender_id="texts",
        channel=Channel("sms"),
        address="+12125550187",
        body="Hello Ana",
        subject="",
        rendering_hash=rendering_hash("hash", Channel("sms"), "+12125550187", "", "Hello Ana"),
        time_zones=("America/New_York",),
        created_at=NOON,
    )
    return replace(message, **changes)


def a_content(**changes: Any) -> CampaignContent:
    """What a campaign sends, frozen: without templates and senders."""
    facts: dict[str, Any] = {
        "content_hash": "h",
        "campaign": a_campaign(),
        "templates": {},
        "senders": {},
        "field_types": {},
        "field_regions": {},
        "dedupe_key": (),
        "company_time_zone": "UTC",
        "default_region": "US",
    }
    return CampaignContent(**facts | changes)
