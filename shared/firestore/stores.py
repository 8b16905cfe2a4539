"""All collections of a company, one attribute a noun."""

from functools import cached_property
from typing import Any, TypeVar

from google.cloud.firestore import AsyncClient

from shared.domain.automations.automation import Automation, AutomationVersion
from shared.domain.automations.enrollment import Enrollment as AutomationEnrollment
from shared.domain.campaigns.broadcast import Broadcast
from shared.domain.campaigns.campaign import Campaign
from shared.domain.companies.api_key import ApiKey
from shared.domain.companies.audit_record import AuditRecord
from shared.domain.companies.invitation import Invitation
from shared.domain.companies.session import Session
from shared.domain.companies.user import User
from shared.domain.contacts.contact_changes import ContactChange
from shared.domain.contacts.contact_field import ContactField
from shared.domain.contacts.contact_import import ContactImport
from shared.domain.contacts.contact_list import ContactList
from shared.domain.contacts.list_consent import ListConsent
from shared.domain.contacts.segment import Segment
from shared.domain.deletion import Deletion
from shared.domain.events.raised_events import RaisedEvents
from shared.domain.events.webhook_delivery import WebhookDelivery
from shared.domain.events.webhook_endpoint import WebhookEndpoint
from shared.domain.evidence.history_search import HistorySearch
from shared.domain.files.file import File, FileContent
from shared.domain.files.profile import FileProfile
from shared.domain.files.source import Source
from shared.domain.files.withdrawal import Withdrawals
from shared.domain.fires.deletion_work import DeletionWork
from shared.domain.fires.fire import Chunk, Fire, FireProgress
from shared.domain.fires.fire_cost import FireCost
from shared.domain.fires.fire_sums import StoredSums
from shared.domain.fires.notice import Notice
from shared.domain.fires.preview import Preview, PreviewChunk
from shared.domain.idempotency import IdempotencyRecord
from shared.domain.messages.batch import Batch
from shared.domain.messages.failure import Failure
from shared.domain.messages.invite import Invite
from shared.domain.messages.linked_file import LinkedFile
from shared.domain.messages.open_conversation import OpenConversation
from shared.domain.messages.receipt_bundle import ReceiptBundle
from shared.domain.messages.reply import Reply
from shared.domain.messages.saved_reply import SavedReply
from shared.domain.messages.text_claim import TextClaim
from shared.domain.senders.sender import Sender
from shared.domain.senders.sender_timeline import SenderTimeline
from shared.domain.sequences.enrolling import Enrolling
from shared.domain.sequences.enrollment import Enrollment
from shared.domain.sequences.mailbox import Mailbox
from shared.domain.sequences.plan_effect import PlanEffect
from shared.domain.sequences.scheduled_email import ScheduledEmail
from shared.domain.sequences.sequence import Sequence
from shared.domain.sequences.sequence_plan import SequencePlan
from shared.domain.templates.template import Template
from shared.firestore.activity import ActivityNote, ActivityShards
from shared.firestore.campaign_contents import CampaignContents
from shared.firestore.companies import Companies
from shared.firestore.contact_shards import ContactKeys, ContactShards
from shared.firestore.deleted_companies import DeletedCompanies
from shared.firestore.kit.collection import Collection
from shared.firestore.kit.retention import RETENTION, Periods, keeping_of
from shared.firestore.kit.searchable import SEARCHED
from shared.firestore.logins import Logins, Throttles
from shared.firestore.messages import Messages
from shared.firestore.opt_outs import OptOuts
from shared.firestore.row_chunks import RowChunks
from shared.firestore.system import System
from shared.firestore.ticks import Ticks

T = TypeVar("T")


def _kept(name: str, record_type: type[T], kind: str) -> "cached_property[Collection[T]]":
    """Records that nothing is special about, in a collection of that name."""

    def build(stores: "Stores") -> Collection[T]:
        return stores._collection(name, record_type, kind)

    return cached_property(build)


class Stores:
    """The repositories, each built on first use."""

    BESIDE = frozenset(  # not under a company
        {"companies", "deleted_companies", "logins", "system", "throttles", "ticks"}
    )

    def __init__(self, db: AsyncClient, periods: Periods | None = None) -> None:
        self.db = db
        self._periods = periods or Periods()

    def _collection(self, name: str, record_type: type[T], kind: str) -> Collection[T]:
        return Collection(self.db, name, record_type, kind, keeping_of(name, self._periods))

    def all(self) -> list[Collection[Any]]:
        """Every collection that is kept under a company."""
        return [getattr(self, name) for name in self.names()]

    @classmethod
    def names(cls) -> list[str]:
        """The attributes that are collections under a company."""
        found = [name for name, value in vars(cls).items() if isinstance(value, cached_property)]
        return [name for name in found if name not in cls.BESIDE]

    def renewable(self) -> list[Collection[Any]]:
        """The collections whose records have something beside them: their end, or what they are found by."""
        beside = RETENTION.keys() | SEARCHED.keys()
        return [collection for collection in self.all() if collection.name in beside]

    @cached_property
    def companies(self) -> Companies:
        """The companies themselves."""
        return Companies(self.db)

    @cached_property
    def deleted_companies(self) -> DeletedCompanies:
        """Records of companies that were deleted."""
        return DeletedCompanies(self.db)

    @cached_property
    def system(self) -> System:
        """The hold on sending, and the heartbeat."""
        return System(self.db)

    @cached_property
    def ticks(self) -> Ticks:
        """Which ticks were taken."""
        return Ticks(self.db)

    @cached_property
    def logins(self) -> Logins:
        """Which user signs in with an email address."""
        return Logins(self.db)

    @cached_property
    def throttles(self) -> Throttles:
        """How often somebody tried to sign in."""
        return Throttles(self.db)

    # People who act for the company.
    users = _kept("users", User, "user")
    # Where users are signed in, by the digest of the session's token.
    sessions = _kept("sessions", Session, "session")
    # Links to set a password by, by the digest of the link's token.
    invitations = _kept("invitations", Invitation, "invitation")
    # Keys by id.
    api_keys = _kept("api_keys", ApiKey, "API key")
    # What people, keys and ops changed.
    audit_records = _kept("audit_records", AuditRecord, "audit record")
    # Answers given to POSTs with an Idempotency-Key.
    idempotency = _kept("idempotency_keys", IdempotencyRecord, "idempotency key")
    # What messages come from.
    senders = _kept("senders", Sender, "sender")
    # When each sender is taken by which fire.
    sender_timelines = _kept("sender_timelines", SenderTimeline, "sender timeline")
    # How far each sender's days were searched in the provider's history.
    history_searches = _kept("history_searches", HistorySearch, "history search")
    # Kinds of file, with their mapping.
    sources = _kept("sources", Source, "source")
    # Uploaded files.
    files = _kept("files", File, "file")
    # Which file had a content first, by hash of source and content.
    file_contents = _kept("file_contents", FileContent, "file content")
    # What later files are compared with, by file.
    file_profiles = _kept("file_profiles", FileProfile, "file profile")

    @cached_property
    def row_chunks(self) -> RowChunks:
        """Rows of files."""
        return RowChunks(self.db, keeping_of("row_chunks", self._periods))

    # Appointments that files canceled or moved.
    withdrawals = _kept("withdrawals", Withdrawals, "withdrawal")

    @cached_property
    def contact_shards(self) -> ContactShards:
        """Contacts, by the hash of their id."""
        return ContactShards(self.db)

    @cached_property
    def contact_keys(self) -> ContactKeys:
        """What contacts are found by, by the hash of the key."""
        return ContactKeys(self.db)

    # What changed of contacts: before and after.
    contact_changes = _kept("contact_changes", ContactChange, "contact change")
    # Fields of the company's own, by their names.
    contact_fields = _kept("contact_fields", ContactField, "contact field")
    # Lists of contacts.
    contact_lists = _kept("contact_lists", ContactList, "contact list")
    # What addresses answered to lists that ask for double opt-in.
    list_consents = _kept("list_consents", ListConsent, "list consent")
    # Criteria under a name.
    segments = _kept("segments", Segment, "segment")
    # Imports of contacts.
    contact_imports = _kept("contact_imports", ContactImport, "import")
    # Message formats.
    templates = _kept("templates", Template, "template")
    # Runs of companies' series in two waves, each sent by a campaign of its own.
    broadcasts = _kept("broadcasts", Broadcast, "broadcast")
    # Campaign definitions.
    campaigns = _kept("campaigns", Campaign, "campaign")

    @cached_property
    def campaign_contents(self) -> CampaignContents:
        """Frozen content, by campaign and content hash."""
        return CampaignContents(self.db)

    # Previews of campaigns.
    previews = _kept("previews", Preview, "preview")
    # What a preview found for each row.
    preview_chunks = _kept("preview_chunks", PreviewChunk, "preview chunk")
    # Runs of campaigns: the control state.
    fires = _kept("fires", Fire, "fire")
    # Summaries of fires, and what they came to in numbers, by fire id.
    fire_progress = _kept("fire_progress", FireProgress, "fire")
    fire_sums = _kept("fire_sums", StoredSums, "sums of a fire")
    # What each attempt of a job used for a fire.
    fire_costs = _kept("fire_costs", FireCost, "fire cost")
    # Pieces of a fire's audience.
    chunks = _kept("chunks", Chunk, "chunk")
    # Units of queueing.
    batches = _kept("batches", Batch, "batch")

    @cached_property
    def messages(self) -> Messages:
        """Messages."""
        return Messages(self.db, keeping_of("messages", self._periods))

    @cached_property
    def activity_notes(self) -> Collection[ActivityNote]:
        """What became of messages and is in no shard of activity yet."""
        return self.messages.notes

    @cached_property
    def activity_shards(self) -> ActivityShards:
        """What became of messages, by the hash of whose they are."""
        return ActivityShards(self.db)

    # Receipts that wait to be recorded.
    receipt_bundles = _kept("receipt_bundles", ReceiptBundle, "receipt bundle")
    # Which text a fire has for which address.
    text_claims = _kept("text_claims", TextClaim, "text claim")
    # The failures table.
    failures = _kept("failures", Failure, "failure")
    # Records of people who were forgotten, by hash of the address.
    deletions = _kept("deletions", Deletion, "deletion")
    # Deletions of people that are under way, deleted at their end.
    deletion_work = _kept("deletion_work", DeletionWork, "deletion")

    @cached_property
    def notices(self) -> Collection[Notice]:
        """What the company must know."""
        return Collection(self.db, "notices", Notice, "notice")

    @cached_property
    def opt_outs(self) -> OptOuts:
        """Refusals, by hash of channel and address."""
        return OptOuts(self.db)

    # Steps with wait days, sent from a pool of mailboxes.
    sequences = _kept("sequences", Sequence, "sequence")
    # What sequences are sent from, by sender.
    mailboxes = _kept("mailboxes", Mailbox, "mailbox")
    # People who are brought into sequences.
    enrollings = _kept("enrollings", Enrolling, "enrolling")
    # Contacts' places in sequences.
    enrollments = _kept("enrollments", Enrollment, "enrollment")
    # Planned sends of sequences.
    scheduled_emails = _kept("scheduled_emails", ScheduledEmail, "scheduled email")
    # The one plan of a company's sequences.
    sequence_plans = _kept("sequence_plans", SequencePlan, "plan of sequences")
    # Changes that were looked at before they are made.
    plan_effects = _kept("plan_effects", PlanEffect, "effect")
    # Texts that people of the company answer with.
    saved_replies = _kept("saved_replies", SavedReply, "saved reply")
    # What people wrote.
    replies = _kept("replies", Reply, "reply")
    # References by which people come to a conversation.
    invites = _kept("invites", Invite, "invitation to a conversation")
    # Where the links beside texts led.
    linked_files = _kept("linked_files", LinkedFile, "linked file")
    # When people last wrote, where that decides what may be written to them.
    conversations = _kept("conversations", OpenConversation, "conversation")
    # Events that were raised and not yet told.
    events = _kept("events", RaisedEvents, "event")
    # Whom webhooks go to.
    webhook_endpoints = _kept("webhook_endpoints", WebhookEndpoint, "webhook endpoint")
    # Webhooks, and what became of them.
    webhook_deliveries = _kept("webhook_deliveries", WebhookDelivery, "webhook delivery")
    # Automations, as they are edited and as they run.
    automations = _kept("automations", Automation, "automation")
    # What was published of them.
    automation_versions = _kept("automation_versions", AutomationVersion, "version")
    # Contacts' ways through automations.
    automation_enrollments = _kept("automation_enrollments", AutomationEnrollment, "enrollment")
