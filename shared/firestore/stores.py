"""All collections of a company, one attribute a noun."""

from functools import cached_property
from typing import Any, TypeVar

from google.cloud.firestore import AsyncClient

from shared.domain.campaigns.campaign import Campaign
from shared.domain.companies.api_key import ApiKey
from shared.domain.contacts.contact_changes import ContactChange
from shared.domain.contacts.contact_field import ContactField
from shared.domain.contacts.contact_import import ContactImport
from shared.domain.contacts.contact_list import ContactList
from shared.domain.contacts.segment import Segment
from shared.domain.deletion import Deletion
from shared.domain.evidence.history_search import HistorySearch
from shared.domain.files.file import File, FileContent
from shared.domain.files.profile import FileProfile
from shared.domain.files.source import Source
from shared.domain.files.withdrawal import Withdrawals
from shared.domain.fires.deletion_work import DeletionWork
from shared.domain.fires.fire import Chunk, Fire, FireProgress
from shared.domain.fires.fire_cost import FireCost
from shared.domain.fires.notice import Notice
from shared.domain.fires.preview import Preview, PreviewChunk
from shared.domain.idempotency import IdempotencyRecord
from shared.domain.messages.batch import Batch
from shared.domain.messages.failure import Failure
from shared.domain.messages.message import Message
from shared.domain.messages.receipt_bundle import ReceiptBundle
from shared.domain.messages.reply import Reply
from shared.domain.messages.text_claim import TextClaim
from shared.domain.senders.sender import Sender
from shared.domain.senders.sender_timeline import SenderTimeline
from shared.domain.templates.template import Template
from shared.firestore.campaign_contents import CampaignContents
from shared.firestore.companies import Companies
from shared.firestore.contact_shards import ContactKeys, ContactShards
from shared.firestore.deleted_companies import DeletedCompanies
from shared.firestore.kit.collection import Collection
from shared.firestore.kit.retention import RETENTION, Periods, keeping_of
from shared.firestore.kit.searchable import SEARCHED
from shared.firestore.opt_outs import OptOuts
from shared.firestore.row_chunks import RowChunks
from shared.firestore.system import System
from shared.firestore.ticks import Ticks

T = TypeVar("T")


class Stores:
    """The repositories, each built on first use."""

    BESIDE = frozenset({"companies", "deleted_companies", "system", "ticks"})  # not under a company

    def __init__(self, db: AsyncClient, periods: Periods | None = None) -> None:
        self.db = db
        self._periods = periods or Periods()

    def _collection(self, name: str, record_type: type[T], kind: str) -> Collection[T]:
        return Collection(self.db, name, record_type, kind, keeping_of(name, self._periods))

    def all(self) -> list[Collection[Any]]:
        """Every collection that is kept under a company."""
        names = [name for name, value in vars(Stores).items() if isinstance(value, cached_property)]
        return [getattr(self, name) for name in names if name not in self.BESIDE]

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
    def api_keys(self) -> Collection[ApiKey]:
        """Keys by id."""
        return self._collection("api_keys", ApiKey, "API key")

    @cached_property
    def idempotency(self) -> Collection[IdempotencyRecord]:
        """Answers given to POSTs with an Idempotency-Key."""
        return self._collection("idempotency_keys", IdempotencyRecord, "idempotency key")

    @cached_property
    def senders(self) -> Collection[Sender]:
        """What messages come from."""
        return self._collection("senders", Sender, "sender")

    @cached_property
    def sender_timelines(self) -> Collection[SenderTimeline]:
        """When each sender is taken by which fire."""
        return self._collection("sender_timelines", SenderTimeline, "sender timeline")

    @cached_property
    def history_searches(self) -> Collection[HistorySearch]:
        """How far each sender's days were searched in the provider's history."""
        return self._collection("history_searches", HistorySearch, "history search")

    @cached_property
    def sources(self) -> Collection[Source]:
        """Kinds of file, with their mapping."""
        return self._collection("sources", Source, "source")

    @cached_property
    def files(self) -> Collection[File]:
        """Uploaded files."""
        return self._collection("files", File, "file")

    @cached_property
    def file_contents(self) -> Collection[FileContent]:
        """Which file had a content first, by hash of source and content."""
        return self._collection("file_contents", FileContent, "file content")

    @cached_property
    def file_profiles(self) -> Collection[FileProfile]:
        """What later files are compared with, by file."""
        return self._collection("file_profiles", FileProfile, "file profile")

    @cached_property
    def row_chunks(self) -> RowChunks:
        """Rows of files."""
        return RowChunks(self.db, keeping_of("row_chunks", self._periods))

    @cached_property
    def withdrawals(self) -> Collection[Withdrawals]:
        """Appointments that files canceled or moved."""
        return self._collection("withdrawals", Withdrawals, "withdrawal")

    @cached_property
    def contact_shards(self) -> ContactShards:
        """Contacts, by the hash of their id."""
        return ContactShards(self.db)

    @cached_property
    def contact_keys(self) -> ContactKeys:
        """What contacts are found by, by the hash of the key."""
        return ContactKeys(self.db)

    @cached_property
    def contact_changes(self) -> Collection[ContactChange]:
        """What changed of contacts: before and after."""
        return self._collection("contact_changes", ContactChange, "contact change")

    @cached_property
    def contact_fields(self) -> Collection[ContactField]:
        """Fields of the company's own, by their names."""
        return self._collection("contact_fields", ContactField, "contact field")

    @cached_property
    def contact_lists(self) -> Collection[ContactList]:
        """Lists of contacts."""
        return self._collection("contact_lists", ContactList, "contact list")

    @cached_property
    def segments(self) -> Collection[Segment]:
        """Criteria under a name."""
        return self._collection("segments", Segment, "segment")

    @cached_property
    def contact_imports(self) -> Collection[ContactImport]:
        """Imports of contacts."""
        return self._collection("contact_imports", ContactImport, "import")

    @cached_property
    def templates(self) -> Collection[Template]:
        """Message formats."""
        return self._collection("templates", Template, "template")

    @cached_property
    def campaigns(self) -> Collection[Campaign]:
        """Campaign definitions."""
        return self._collection("campaigns", Campaign, "campaign")

    @cached_property
    def campaign_contents(self) -> CampaignContents:
        """Frozen content, by campaign and content hash."""
        return CampaignContents(self.db)

    @cached_property
    def previews(self) -> Collection[Preview]:
        """Previews of campaigns."""
        return self._collection("previews", Preview, "preview")

    @cached_property
    def preview_chunks(self) -> Collection[PreviewChunk]:
        """What a preview found for each row."""
        return self._collection("preview_chunks", PreviewChunk, "preview chunk")

    @cached_property
    def fires(self) -> Collection[Fire]:
        """Runs of campaigns: the control state."""
        return self._collection("fires", Fire, "fire")

    @cached_property
    def fire_progress(self) -> Collection[FireProgress]:
        """Summaries of fires, by fire id."""
        return self._collection("fire_progress", FireProgress, "fire")

    @cached_property
    def fire_costs(self) -> Collection[FireCost]:
        """What each attempt of a job used for a fire."""
        return Collection(self.db, "fire_costs", FireCost, "fire cost")

    @cached_property
    def chunks(self) -> Collection[Chunk]:
        """Pieces of a fire's audience."""
        return self._collection("chunks", Chunk, "chunk")

    @cached_property
    def batches(self) -> Collection[Batch]:
        """Units of queueing."""
        return self._collection("batches", Batch, "batch")

    @cached_property
    def messages(self) -> Collection[Message]:
        """Messages."""
        return self._collection("messages", Message, "message")

    @cached_property
    def receipt_bundles(self) -> Collection[ReceiptBundle]:
        """Receipts that wait to be recorded."""
        return self._collection("receipt_bundles", ReceiptBundle, "receipt bundle")

    @cached_property
    def text_claims(self) -> Collection[TextClaim]:
        """Which text a fire has for which address."""
        return self._collection("text_claims", TextClaim, "text claim")

    @cached_property
    def failures(self) -> Collection[Failure]:
        """The failures table."""
        return self._collection("failures", Failure, "failure")

    @cached_property
    def deletions(self) -> Collection[Deletion]:
        """Records of people who were forgotten, by hash of the address."""
        return self._collection("deletions", Deletion, "deletion")

    @cached_property
    def deletion_work(self) -> Collection[DeletionWork]:
        """Deletions of people that are under way: each names its person, and is deleted at its end."""
        return self._collection("deletion_work", DeletionWork, "deletion")

    @cached_property
    def notices(self) -> Collection[Notice]:
        """What the company must know."""
        return Collection(self.db, "notices", Notice, "notice")

    @cached_property
    def opt_outs(self) -> OptOuts:
        """Refusals, by hash of channel and address."""
        return OptOuts(self.db)

    @cached_property
    def replies(self) -> Collection[Reply]:
        """What people wrote."""
        return self._collection("replies", Reply, "reply")
