"""Run a job in this process: what the inline bus does."""

from importlib import import_module

from shared import tracing
from shared.acting import acting
from shared.domain.job import (
    TOPICS,
    AskConsents,
    ClearOwnLists,
    DeliverWebhooks,
    EnrollPeople,
    FindEntrants,
    ForeseeChange,
    ForgetPerson,
    GatherPeople,
    ImportContacts,
    IngestFile,
    Job,
    MoveEnrollments,
    PlanSequences,
    PreviewCampaign,
    QueueMessages,
    RecordActivity,
    RecordReceipts,
    ResendGroups,
    RunAutomation,
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
    ClearOwnLists: "contacts",
    GatherPeople: "fires",
    ImportContacts: "contact_imports",
    RecordActivity: "contacts",
    TellListeners: "webhooks",
    DeliverWebhooks: "webhooks",
    RunAutomation: "automations",
    MoveEnrollments: "automations",
    FindEntrants: "automations",
    EnrollPeople: "sequences",
    PlanSequences: "sequences",
    ForeseeChange: "sequences",
    ResendGroups: "fires",
}


async def run_job(runtime: Runtime, job: Job) -> None:
    """Call the use case that takes this kind of job: it has the topic's name. It is imported on first use."""
    name = TOPICS[type(job)].replace("-", "_")
    with tracing.span(name, "consumer"), acting(None):  # who asked for the work did not do each part of it
        async with count_costs(runtime, name, is_for_one_fire=True):
            module = import_module(f"{__package__}.{FOLDERS[type(job)]}.{name}")
            await getattr(module, name)(runtime, job)
