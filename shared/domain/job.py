"""What topics carry: ids only. A topic has the name of the use case that takes its jobs."""

from msgspec import Struct


class IngestFile(Struct, frozen=True, kw_only=True):
    """Topic ingest-file: an object was finalised. Cloud Storage's own notification has these."""

    bucket: str
    object_name: str
    generation: str


class QueueMessages(Struct, frozen=True, kw_only=True):
    """Topic queue-messages: turn one chunk of a fire's audience into messages."""

    company_id: str
    fire_id: str
    chunk_id: str


class PreviewCampaign(Struct, frozen=True, kw_only=True):
    """Topic preview-campaign: render every row of a campaign without sending."""

    company_id: str
    campaign_id: str
    preview_id: str


class SendBatch(Struct, frozen=True, kw_only=True):
    """Topic send-batch: send one batch. `fire_id` is its fire's, for logs and costs: empty in old jobs."""

    company_id: str
    batch_id: str
    fire_id: str = ""


class RecordReceipts(Struct, frozen=True, kw_only=True):
    """Topic record-receipts: record the receipts that providers told, a bundle of them."""

    company_id: str
    bundle_id: str


class ForgetPerson(Struct, frozen=True, kw_only=True):
    """Topic forget-person: go on deleting what a company holds about a person."""

    company_id: str
    deletion_id: str


class AskConsents(Struct, frozen=True, kw_only=True):
    """Topic ask-consents: ask who joined lists with double opt-in, once each."""

    company_id: str


class ClearOwnLists(Struct, frozen=True, kw_only=True):
    """Topic clear-own-lists: take who returned to a company off the lists that its providers keep."""

    company_id: str


class GatherPeople(Struct, frozen=True, kw_only=True):
    """Topic gather-people: find the people of a fire that is for contacts."""

    company_id: str
    fire_id: str


class ImportContacts(Struct, frozen=True, kw_only=True):
    """Topic import-contacts: go on with an import of contacts, or with taking it back."""

    company_id: str
    import_id: str


class RecordActivity(Struct, frozen=True, kw_only=True):
    """Topic record-activity: bring what became of a company's messages to where segments look for it."""

    company_id: str


class TellListeners(Struct, frozen=True, kw_only=True):
    """Topic tell-listeners: tell whoever listens of what happened in a company."""

    company_id: str


class DeliverWebhooks(Struct, frozen=True, kw_only=True):
    """Topic deliver-webhooks: deliver what waits for one endpoint of a company."""

    company_id: str
    endpoint_id: str


class RunAutomation(Struct, frozen=True, kw_only=True):
    """Topic run-automation: have some enrollments of an automation go on."""

    company_id: str
    automation_id: str
    enrollment_ids: tuple[str, ...]


class MoveEnrollments(Struct, frozen=True, kw_only=True):
    """Topic move-enrollments: bring who stands on steps that an edit concerns up to a version."""

    company_id: str
    automation_id: str
    version_id: str


class FindEntrants(Struct, frozen=True, kw_only=True):
    """Topic find-entrants: find the contacts who enter an automation as a date of theirs comes."""

    company_id: str
    automation_id: str


class EnrollPeople(Struct, frozen=True, kw_only=True):
    """Topic enroll-people: go on with bringing people into a sequence."""

    company_id: str
    enrolling_id: str


class PlanSequences(Struct, frozen=True, kw_only=True):
    """Topic plan-sequences: go on with the plan of a company's sequences, and hand over what is due."""

    company_id: str


class ForeseeChange(Struct, frozen=True, kw_only=True):
    """Topic foresee-change: find what a change of a company's sequences would do. Nothing of it is made."""

    company_id: str
    effect_id: str


class ResendGroups(Struct, frozen=True, kw_only=True):
    """Topic resend-groups: go on with sending a fire's messages again to chosen groups."""

    company_id: str
    resend_id: str


Job = (
    IngestFile
    | QueueMessages
    | PreviewCampaign
    | SendBatch
    | RecordReceipts
    | ForgetPerson
    | AskConsents
    | ClearOwnLists
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
    | ForeseeChange
    | ResendGroups
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
    ClearOwnLists: "clear-own-lists",
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
    ForeseeChange: "foresee-change",
    ResendGroups: "resend-groups",
}
