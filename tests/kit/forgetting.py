"""A person is forgotten, as the API starts it and a worker ends it."""

from shared.domain.channels.channel import Channel
from shared.domain.deletion import Deletion
from shared.domain.job import ForgetPerson
from shared.usecases.contacts.forget_person import forget_person
from shared.usecases.contacts.start_deletion import start_deletion
from tests.kit.clinic import Clinic


async def forgotten(clinic: Clinic, channel: Channel, address: str) -> Deletion:
    """The record after one run; what others published meanwhile is left to the test."""
    begun = await start_deletion(clinic.runtime, clinic.company_id, channel, address, "a test")
    job = ForgetPerson(company_id=clinic.company_id, deletion_id=begun.id)
    clinic.published.remove(job)
    if not clinic.runs_jobs:
        await forget_person(clinic.runtime, job)
    return await clinic.stores.deletions.get(clinic.company_id, begun.id)
