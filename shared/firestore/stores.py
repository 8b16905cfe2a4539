"""All collections of a company, one attribute a noun."""

from functools import cached_property

from google.cloud.firestore import AsyncClient

from shared.domain.api_key import ApiKey
from shared.domain.batch import Batch
from shared.domain.campaign import Campaign
from shared.domain.failure import Failure
from shared.domain.file import File, FileContent
from shared.domain.fire import Chunk, Fire, FireContent, FireProgress
from shared.domain.fire_cost import FireCost
from shared.domain.history_search import HistorySearch
from shared.domain.idempotency import IdempotencyRecord
from shared.domain.message import Message
from shared.domain.notice import Notice
from shared.domain.opt_out import OptOut
from shared.domain.preview import Preview, PreviewChunk
from shared.domain.queueing import TextClaim
from shared.domain.reply import Reply
from shared.domain.sender import Sender
from shared.domain.sender_timeline import SenderTimeline
from shared.domain.source import Source
from shared.domain.template import Template
from shared.firestore.collection import Collection
from shared.firestore.companies import Companies
from shared.firestore.row_chunks import RowChunks
from shared.firestore.ticks import Ticks


class Stores:
    """The repositories, each built on first use."""

    def __init__(self, db: AsyncClient) -> None:
        self.db = db

    @cached_property
    def companies(self) -> Companies:
        """The companies themselves."""
        return Companies(self.db)

    @cached_property
    def ticks(self) -> Ticks:
        """Which ticks were taken."""
        return Ticks(self.db)

    @cached_property
    def api_keys(self) -> Collection[ApiKey]:
        """Keys by id."""
        return Collection(self.db, "api_keys", ApiKey, "API key")

    @cached_property
    def idempotency(self) -> Collection[IdempotencyRecord]:
        """Answers given to POSTs with an Idempotency-Key."""
        return Collection(self.db, "idempotency_keys", IdempotencyRecord, "idempotency key")

    @cached_property
    def senders(self) -> Collection[Sender]:
        """What messages come from."""
        return Collection(self.db, "senders", Sender, "sender")

    @cached_property
    def sender_timelines(self) -> Collection[SenderTimeline]:
        """When each sender is taken by which fire."""
        return Collection(self.db, "sender_timelines", SenderTimeline, "sender timeline")

    @cached_property
    def history_searches(self) -> Collection[HistorySearch]:
        """How far each sender's days were searched in the provider's history."""
        return Collection(self.db, "history_searches", HistorySearch, "history search")

    @cached_property
    def sources(self) -> Collection[Source]:
        """Kinds of file, with their mapping."""
        return Collection(self.db, "sources", Source, "source")

    @cached_property
    def files(self) -> Collection[File]:
        """Uploaded files."""
        return Collection(self.db, "files", File, "file")

    @cached_property
    def file_contents(self) -> Collection[FileContent]:
        """Which file had a content first, by hash of source and content."""
        return Collection(self.db, "file_contents", FileContent, "file content")

    @cached_property
    def row_chunks(self) -> RowChunks:
        """Rows of files."""
        return RowChunks(self.db)

    @cached_property
    def templates(self) -> Collection[Template]:
        """Message formats."""
        return Collection(self.db, "templates", Template, "template")

    @cached_property
    def campaigns(self) -> Collection[Campaign]:
        """Campaign definitions."""
        return Collection(self.db, "campaigns", Campaign, "campaign")

    @cached_property
    def campaign_contents(self) -> Collection[FireContent]:
        """Frozen content, by campaign and content hash."""
        return Collection(self.db, "campaign_contents", FireContent, "frozen content")

    @cached_property
    def previews(self) -> Collection[Preview]:
        """Previews of campaigns."""
        return Collection(self.db, "previews", Preview, "preview")

    @cached_property
    def preview_chunks(self) -> Collection[PreviewChunk]:
        """What a preview found for each row."""
        return Collection(self.db, "preview_chunks", PreviewChunk, "preview chunk")

    @cached_property
    def fires(self) -> Collection[Fire]:
        """Runs of campaigns: the control state."""
        return Collection(self.db, "fires", Fire, "fire")

    @cached_property
    def fire_progress(self) -> Collection[FireProgress]:
        """Summaries of fires, by fire id."""
        return Collection(self.db, "fire_progress", FireProgress, "fire")

    @cached_property
    def fire_costs(self) -> Collection[FireCost]:
        """What each attempt of a job used for a fire."""
        return Collection(self.db, "fire_costs", FireCost, "fire cost")

    @cached_property
    def chunks(self) -> Collection[Chunk]:
        """Pieces of a fire's audience."""
        return Collection(self.db, "chunks", Chunk, "chunk")

    @cached_property
    def batches(self) -> Collection[Batch]:
        """Units of queueing."""
        return Collection(self.db, "batches", Batch, "batch")

    @cached_property
    def messages(self) -> Collection[Message]:
        """Messages."""
        return Collection(self.db, "messages", Message, "message")

    @cached_property
    def text_claims(self) -> Collection[TextClaim]:
        """Which text a fire has for which address."""
        return Collection(self.db, "text_claims", TextClaim, "text claim")

    @cached_property
    def failures(self) -> Collection[Failure]:
        """The failures table."""
        return Collection(self.db, "failures", Failure, "failure")

    @cached_property
    def notices(self) -> Collection[Notice]:
        """What the company must know."""
        return Collection(self.db, "notices", Notice, "notice")

    @cached_property
    def opt_outs(self) -> Collection[OptOut]:
        """Refusals, by hash of channel and address."""
        return Collection(self.db, "opt_outs", OptOut, "opt-out")

    @cached_property
    def replies(self) -> Collection[Reply]:
        """What people wrote."""
        return Collection(self.db, "replies", Reply, "reply")
