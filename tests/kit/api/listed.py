"""Every list of the API: how to make an item of it, and by what it can be filtered."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from msgspec import Struct, field

from shared.domain.automations.state import AutomationState
from shared.domain.campaigns.audience import NewestFileAudience
from shared.domain.campaigns.broadcast import BroadcastState
from shared.domain.campaigns.campaign import CampaignState
from shared.domain.campaigns.reply_option import Disposition
from shared.domain.channels.channel import Channel
from shared.domain.contacts.contact_field import ContactField, FieldKind
from shared.domain.contacts.contact_import import ContactImport, ImportState
from shared.domain.contacts.contact_list import ContactList
from shared.domain.contacts.opt_out import OptOutSource
from shared.domain.contacts.segment import HasTag, Segment
from shared.domain.deletion import Deletion, DeletionState
from shared.domain.events.event import EventType
from shared.domain.events.webhook_delivery import DeliveryState, webhook
from shared.domain.events.webhook_endpoint import EndpointState
from shared.domain.files.file import FileState
from shared.domain.fires.fire import FireState
from shared.domain.fires.notice import NoticeKind
from shared.domain.messages.failure import FailureState, FailureStep
from shared.domain.messages.message import MessageState
from shared.domain.messages.sending import Delivery
from shared.domain.record import replace
from shared.domain.replies.asked import Flag, ReplyMeaning
from shared.domain.senders.sender import Provider
from shared.domain.sequences.scheduled_email import EmailStatus
from shared.domain.sequences.sequence import SequenceState
from shared.firestore.kit.collection import Collection
from shared.firestore.stores import Stores
from tests.kit.api.listed_items import (
    ANA,
    BOB,
    a_listed_audience,
    a_listed_audit_record,
    a_listed_failure,
    a_listed_file,
    a_listed_fire,
    a_listed_key,
    a_listed_notice,
    a_listed_opt_out,
    a_listed_reply,
)
from tests.kit.builders import (
    NOON,
    a_broadcast,
    a_campaign,
    a_message,
    a_source,
    a_template,
    an_automation,
    an_endpoint,
    an_event,
    an_sms_sender,
)
from tests.kit.sequence_records import a_mailbox, a_scheduled_email, a_sequence


class ApiList(Struct, frozen=True, kw_only=True):
    """A list: `make` gives an item that all `filters` let pass; a filter's item of the pair is `other`.

    `filters` are, by parameter, the value to filter by and the changes that make an item another one.
    """

    path: str
    store: str
    newest: str
    make: Callable[[], Any]
    filters: dict[str, tuple[str, dict[str, Any]]] = field(default_factory=dict)

    def collection(self, stores: Stores) -> Collection[Any]:
        """Where its items are kept."""
        found: Collection[Any] = getattr(stores, self.store)
        return found

    def item(self, item_id: str, at: datetime, **changes: Any) -> Any:
        """An item of that time."""
        return replace(self.make(), id=item_id, **{self.newest: at}, **changes)


LISTS = (
    ApiList(
        path="/v1/api-keys",
        store="api_keys",
        newest="created_at",
        make=a_listed_key,
        filters={
            "prefix": ("rk_acme_one", {"prefix": "rk_acme_two"}),
            "is_revoked": ("false", {"revoked_at": NOON}),
        },
    ),
    ApiList(
        path="/v1/audit-records",
        store="audit_records",
        newest="at",
        make=a_listed_audit_record,
        filters={"by_id": ("user1", {"by_id": "user2"}), "noun": ("API key", {"nouns": ("user",)})},
    ),
    ApiList(
        path="/v1/senders",
        store="senders",
        newest="created_at",
        make=an_sms_sender,
        filters={
            "channel": ("sms", {"channel": Channel("email")}),
            "provider": ("twilio", {"provider": Provider("sendgrid")}),
            "is_paused": ("false", {"is_paused": True}),
            "address": ("212 555 0100", {"address": BOB}),
        },
    ),
    ApiList(
        path="/v1/sources",
        store="sources",
        newest="created_at",
        make=a_source,
        filters={"name": ("Appointments", {"name": "Bills"})},
    ),
    ApiList(
        path="/v1/files",
        store="files",
        newest="created_at",
        make=a_listed_file,
        filters={
            "source_id": ("s1", {"source_id": "s2"}),
            "state": ("loaded", {"state": FileState.REFUSED}),
            "name": ("day.csv", {"name": "night.csv"}),
        },
    ),
    ApiList(
        path="/v1/templates",
        store="templates",
        newest="created_at",
        make=a_template,
        filters={
            "channel": ("sms", {"channel": Channel("email")}),
            "language": ("en", {"language": "es"}),
            "name": ("Reminder", {"name": "Bill"}),
        },
    ),
    ApiList(
        path="/v1/campaigns",
        store="campaigns",
        newest="created_at",
        make=a_campaign,
        filters={
            "state": ("draft", {"state": CampaignState.SENT}),
            "source_id": ("appointments", {"audience": NewestFileAudience(source_id="bills")}),
            "name": ("Reminders", {"name": "Bills"}),
        },
    ),
    ApiList(
        path="/v1/fires",
        store="fires",
        newest="fired_at",
        make=a_listed_fire,
        filters={
            "campaign_id": ("c1", {"campaign_id": "c2"}),
            "file_id": ("file1", {"audience": a_listed_audience("file2", "file3")}),
            "state": ("firing", {"state": FireState.CANCELED}),
            "is_closed": ("false", {"is_closed": True}),
        },
    ),
    ApiList(
        path="/v1/messages",
        store="messages",
        newest="created_at",
        make=lambda: a_message(disposition=Disposition.CONFIRMED, delivery=Delivery.DELIVERED),
        filters={
            "fire_id": ("f1", {"fire_id": "f2"}),
            "campaign_id": ("reminders", {"campaign_id": "bills"}),
            "sender_id": ("texts", {"sender_id": "others"}),
            "channel": ("sms", {"channel": Channel("email")}),
            "state": ("queued", {"state": MessageState.SENT}),
            "delivery": ("delivered", {"delivery": Delivery.FAILED}),
            "disposition": ("confirmed", {"disposition": Disposition.CANCELED}),
            "address": ("(212) 555-0187", {"address": BOB}),
        },
    ),
    ApiList(
        path="/v1/failures",
        store="failures",
        newest="created_at",
        make=a_listed_failure,
        filters={
            "fire_id": ("f1", {"fire_id": "f2"}),
            "file_id": ("file1", {"file_id": "file2"}),
            "campaign_id": ("c1", {"campaign_id": "c2"}),
            "state": ("open", {"state": FailureState.REQUEUED}),
            "step": ("render", {"step": FailureStep.EXPIRY}),
            "address": (ANA, {"values": {"phone": BOB}}),
        },
    ),
    ApiList(
        path="/v1/replies",
        store="replies",
        newest="received_at",
        make=a_listed_reply,
        filters={
            "fire_id": ("f1", {"fire_id": "f2"}),
            "campaign_id": ("c1", {"campaign_id": "c2"}),
            "message_id": ("m1", {"message_id": "m2"}),
            "sender_id": ("texts", {"sender_id": "others"}),
            "channel": ("sms", {"channel": Channel("email")}),
            "meaning": ("answer", {"meaning": ReplyMeaning.UNCLEAR}),
            "disposition": ("confirmed", {"disposition": Disposition.CANCELED}),
            "waits": ("false", {"waits": True}),
            "contradicts_earlier": ("false", {"contradicts_earlier": True}),
            "flag": ("note", {"flags": (Flag.DANGER,)}),
            "address": ("212.555.0187", {"address": BOB}),
        },
    ),
    ApiList(
        path="/v1/opt-outs",
        store="opt_outs",
        newest="changed_at",
        make=a_listed_opt_out,
        filters={
            "channel": ("sms", {"channel": Channel("email")}),
            "source": ("api", {"source": OptOutSource.REPLY}),
            "is_active": ("true", {"is_active": False}),
        },
    ),
    ApiList(
        path="/v1/contact-lists",
        store="contact_lists",
        newest="created_at",
        make=lambda: ContactList(id="", name="Regulars", created_at=NOON, updated_at=NOON),
        filters={"name": ("Regulars", {"name": "Others"})},
    ),
    ApiList(
        path="/v1/segments",
        store="segments",
        newest="created_at",
        make=lambda: Segment(
            id="", name="VIPs", criterion=HasTag(value="vip"), created_at=NOON, updated_at=NOON
        ),
        filters={"name": ("VIPs", {"name": "Others"})},
    ),
    ApiList(
        path="/v1/automations",
        store="automations",
        newest="created_at",
        make=an_automation,
        filters={
            "state": ("draft", {"state": AutomationState.LIVE}),
            "name": ("Welcome", {"name": "Others"}),
        },
    ),
    ApiList(
        path="/v1/mailboxes",
        store="mailboxes",
        newest="created_at",
        make=lambda: a_mailbox(user_id="user1"),
        filters={
            "is_paused": ("false", {"is_paused": True}),
            "user_id": ("user1", {"user_id": "user2"}),
        },
    ),
    ApiList(
        path="/v1/sequences",
        store="sequences",
        newest="created_at",
        make=a_sequence,
        filters={
            "state": ("active", {"state": SequenceState.PAUSED}),
            "name": ("Welcome", {"name": "Others"}),
        },
    ),
    ApiList(
        path="/v1/scheduled-emails",
        store="scheduled_emails",
        newest="send_at",
        make=a_scheduled_email,
        filters={
            "sequence_id": ("welcome", {"sequence_id": "others"}),
            "mailbox_id": ("mails", {"mailbox_id": "others"}),
            "status": ("pending", {"status": EmailStatus.SENT}),
        },
    ),
    ApiList(
        path="/v1/broadcasts",
        store="broadcasts",
        newest="created_at",
        make=a_broadcast,
        filters={
            "state": ("planned", {"state": BroadcastState.ENDED}),
            "series_id": ("recall", {"series_id": "other"}),
        },
    ),
    ApiList(
        path="/v1/contact-imports",
        store="contact_imports",
        newest="created_at",
        make=lambda: ContactImport(
            id="", name="people.csv", object_name="o", created_at=NOON, created_by="k", match_by="key"
        ),
        filters={"state": ("awaiting_upload", {"state": ImportState.LOADED})},
    ),
    ApiList(
        path="/v1/contact-fields",
        store="contact_fields",
        newest="created_at",
        make=lambda: ContactField(id="", name="Level", kind=FieldKind.NUMBER, created_at=NOON),
        filters={"kind": ("number", {"kind": FieldKind.DATE})},
    ),
    ApiList(
        path="/v1/notices",
        store="notices",
        newest="created_at",
        make=a_listed_notice,
        filters={
            "kind": ("fire_refused", {"kind": NoticeKind.SENDER_PAUSED}),
            "is_read": ("false", {"read_at": NOON}),
            "sender_id": ("texts", {"sender_id": "others"}),
            "campaign_id": ("c1", {"campaign_id": "c2"}),
        },
    ),
    ApiList(
        path="/v1/webhook-endpoints",
        store="webhook_endpoints",
        newest="created_at",
        make=an_endpoint,
        filters={"state": ("active", {"state": EndpointState.PAUSED})},
    ),
    ApiList(
        path="/v1/webhook-deliveries",
        store="webhook_deliveries",
        newest="created_at",
        make=lambda: webhook(an_endpoint(), [an_event()], NOON),
        filters={
            "endpoint_id": ("hooks", {"endpoint_id": "others"}),
            "event_type": ("reply.received", {"event_type": EventType.OPT_OUT_GIVEN}),
            "state": ("waiting", {"state": DeliveryState.FAILED}),
        },
    ),
    ApiList(
        path="/v1/deletions",
        store="deletions",
        newest="started_at",
        make=lambda: Deletion(id="", asked_by="ops", started_at=NOON),
        filters={"state": ("running", {"state": DeletionState.DONE})},
    ),
)
