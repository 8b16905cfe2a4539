"""Topic import-contacts: go on with an import of contacts, or with taking it back."""

from functions.triggers import worker
from shared.domain.job import ImportContacts
from shared.runtime import Runtime
from shared.usecases.contact_imports import import_contacts as usecase


@worker(ImportContacts)
async def import_contacts(runtime: Runtime, job: ImportContacts) -> None:
    """Go on with the import that the job names."""
    await usecase.import_contacts(runtime, job)
