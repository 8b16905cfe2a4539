"""For each guard of sequences' sends the shortest story in which it is what keeps the promise."""

import tempfile
from datetime import timedelta
from pathlib import Path

from infra.local.mail_host.client import mail_host_client
from infra.local.mail_host.running import running_mail_host
from shared.domain.messages.batch import BatchState, send_job
from shared.domain.messages.message import MessageState
from shared.domain.record import replace
from shared.domain.senders.sender import Provider
from shared.domain.sequences.scheduled_email import EmailStatus
from shared.usecases.announce_jobs import announce_jobs
from shared.usecases.sending.dispatch_due_batches import dispatch_due_batches
from shared.usecases.sequences.claim_plan import claim_plan
from shared.usecases.sequences.hand_over_emails import _hand_over
from shared.usecases.sequences.read_content import read_content
from shared.usecases.sequences.read_work import read_work
from tests.faults.worker import PromiseBroken
from tests.kit.builders import an_email_sender
from tests.kit.clinic import Clinic
from tests.kit.sequences import PostOffice
from tests.usecases.sequences.conftest import MONDAY

NINE = MONDAY.replace(hour=9)
ANA = "ana@example.com"
SECOND = timedelta(seconds=1)


async def an_email_is_handed_over_twice(clinic: Clinic) -> None:
    """The commit was applied though it reported an error; when it is tried again the mail has gone out."""
    office = await _enrolled(clinic)
    office.clock.at = NINE - timedelta(minutes=6)
    plan = await claim_plan(clinic.runtime, clinic.company_id)
    if plan is None:
        raise PromiseBroken("the plan cannot be claimed")
    work = await read_work(clinic.runtime, clinic.company_id, plan)
    emails = [one for one in await office.emails() if one.status is EmailStatus.PENDING]
    known = await read_content(clinic.runtime, clinic.company_id, work.sequences["welcome"])
    for _ in range(2):
        batches = await _hand_over(clinic.runtime, clinic.company_id, work, known, emails)
        soon = [send_job(one) for one in batches if one.state is BatchState.DISPATCHED]
        await announce_jobs(clinic.runtime, soon, "hand_over_emails.publish")
        office.clock.at = max(office.clock.at, NINE) + SECOND
        await dispatch_due_batches(clinic.runtime, office.clock.at)
    if len(await clinic.accepted(ANA)) != 1:
        raise PromiseBroken(f"sent {len(await clinic.accepted(ANA))} times")


async def the_answer_to_a_mail_is_lost(clinic: Clinic) -> None:
    """The server took the mail, and the connection broke: nobody may send it again by itself."""
    with tempfile.TemporaryDirectory() as folder:
        async with running_mail_host(Path(folder)) as running, mail_host_client(running.address) as host:
            urls = {**clinic.runtime.settings.provider_base_urls, "smtp": running.base_url}
            clinic.runtime.settings = replace(clinic.runtime.settings, provider_base_urls=urls)
            sender = replace(an_email_sender(), provider=Provider("smtp"))
            await clinic.stores.senders.save(clinic.company_id, sender.id, sender)
            fields = await host.add_mailbox(sender.address)
            await clinic.set_credentials(sender.id, fields)
            await host.ask_fault("content", "drop_accepted", left=1)
            office = await _enrolled(clinic)
            await office.go_to(NINE + timedelta(hours=2))
            for _ in range(3):
                office.clock.at += timedelta(minutes=11)
                await dispatch_due_batches(clinic.runtime, office.clock.at)
            count = len(await host.mails(ANA))
    [message] = await clinic.messages()
    if (count, message.state) != (1, MessageState.UNKNOWN):
        raise PromiseBroken(f"taken {count} times, and shown as {message.state}")


async def _enrolled(clinic: Clinic) -> PostOffice:
    """Ana is in the sequence, and her first email has its time: nine o'clock."""
    office = PostOffice(clinic, clinic.stop_clock(MONDAY))
    await office.open()
    await office.enroll(*await office.know(ANA))
    return office
