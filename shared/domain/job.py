"""What topics carry: ids only. A topic has the name of the use case that takes its jobs."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class IngestFile:
    """Topic ingest-file: an object was finalised. Cloud Storage's own notification has these."""

    bucket: str
    object_name: str
    generation: str


@dataclass(frozen=True, kw_only=True, slots=True)
class QueueMessages:
    """Topic queue-messages: turn one chunk of a fire's audience into messages."""

    company_id: str
    fire_id: str
    chunk_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PreviewCampaign:
    """Topic preview-campaign: render every row of a campaign without sending."""

    company_id: str
    campaign_id: str
    preview_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class SendBatch:
    """Topic send-batch: send one batch. `fire_id` is its fire's, for logs and costs: empty in old jobs."""

    company_id: str
    batch_id: str
    fire_id: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordReceipts:
    """Topic record-receipts: record the receipts that providers told, a bundle of them."""

    company_id: str
    bundle_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ForgetPerson:
    """Topic forget-person: go on deleting what a company holds about a person."""

    company_id: str
    deletion_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class AskConsents:
    """Topic ask-consents: ask who joined lists with double opt-in, once each."""

    company_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class GatherPeople:
    """Topic gather-people: find the people of a fire that is for contacts."""

    company_id: str
    fire_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportContacts:
    """Topic import-contacts: go on with an import of contacts, or with taking it back."""

    company_id: str
    import_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordActivity:
    """Topic record-activity: bring what became of a company's messages to where segments look for it."""

    company_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class TellListeners:
    """Topic tell-listeners: tell whoever listens of what happened in a company."""

    company_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class DeliverWebhooks:
    """Topic deliver-webhooks: deliver what waits for one endpoint of a company."""

    company_id: str
    endpoint_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RunAutomation:
    """Topic run-automation: have some enrollments of an automation go on."""

    company_id: str
    automation_id: str
    enrollment_ids: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class MoveEnrollments:
    """Topic move-enrollments: bring who stands on steps that an edit concerns up to a version."""

    company_id: str
    automation_id: str
    version_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class FindEntrants:
    """Topic find-entrants: find the contacts who enter an automation as a date of theirs comes."""

    company_id: str
    automation_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class EnrollPeople:
    """Topic enroll-people: go on with bringing people into a sequence."""

    company_id: str
    enrolling_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PlanSequences:
    """Topic plan-sequences: go on with the plan of a company's sequences, and hand over what is due."""

    company_id: str


Job = (
    IngestFile
    | QueueMessages
    | PreviewCampaign
    | SendBatch
    | RecordReceipts
    | ForgetPerson
    | AskConsents
    | GatherPeople
    | ImportContacts
    | RecordActivity
    | TellListeners
    | DeliverWebhooks
    | RunAutomation
    | MoveEnrollments
    | FindEntrants
    | EnrollPeople
    | PlanSequences
)

# A chunk of at most 300 rows, a batch of at most 100 messages: what may run where it is announced.
SMALL_JOBS = (QueueMessages, SendBatch)

TOPICS: dict[type[Job], str] = {
    IngestFile: "ingest-file",
    QueueMessages: "queue-messages",
    PreviewCampaign: "preview-campaign",
    SendBatch: "send-batch",
    RecordReceipts: "record-receipts",
    ForgetPerson: "forget-person",
    AskConsents: "ask-consents",
    GatherPeople: "gather-people",
    ImportContacts: "import-contacts",
    RecordActivity: "record-activity",
    TellListeners: "tell-listeners",
    DeliverWebhooks: "deliver-webhooks",
    RunAutomation: "run-automation",
    MoveEnrollments: "move-enrollments",
    FindEntrants: "find-entrants",
    EnrollPeople: "enroll-people",
    PlanSequences: "plan-sequences",
}
