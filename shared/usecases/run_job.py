"""Run a job in this process: what the inline bus does."""

from importlib import import_module

from shared import tracing
from shared.domain.job import (
    TOPICS,
    AskConsents,
    DeliverWebhooks,
    EnrollPeople,
    ForgetPerson,
    GatherPeople,
    ImportContacts,
    IngestFile,
    Job,
    PlanSequences,
    PreviewCampaign,
    QueueMessages,
    RecordActivity,
    RecordReceipts,
    SendBatch,
    TellListeners,
)
from shared.runtime import Runtime
from shared.usecases.ledger.count_costs import count_costs

FOLDERS: dict[type[Job], str] = {
    IngestFile: "files",
    QueueMessages: "fires",
    PreviewCampaign: "campaigns",
    SendBatch: "sending",
    RecordReceipts: "answers",
    ForgetPerson: "contacts",
    AskConsents: "answers",
    GatherPeople: "fires",
    ImportContacts: "contact_imports",
    RecordActivity: "contacts",
    TellListeners: "webhooks",
    DeliverWebhooks: "webhooks",
    EnrollPeople: "sequences",
    PlanSequences: "sequences",
}


async def run_job(runtime: Runtime, job: Job) -> None:
    """Call the use case that takes this kind of job: it has the topic's name. It is imported on first use."""
    name = TOPICS[type(job)].replace("-", "_")
    with tracing.span(name, "consumer"):
        async with count_costs(runtime, name, is_for_one_fire=True):
            module = import_module(f"{__package__}.{FOLDERS[type(job)]}.{name}")
            await getattr(module, name)(runtime, job)
