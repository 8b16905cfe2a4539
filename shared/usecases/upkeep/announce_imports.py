"""Announce again the imports of contacts that stopped half-way, or whose upload nobody announced."""

from datetime import datetime

from shared.domain.contacts.contact_import import ContactImport, import_job
from shared.domain.job import Job
from shared.firestore.queries.contact_imports import IMPORTS_DUE
from shared.runtime import Runtime
from shared.usecases.upkeep.announce_again import announce_again


async def announce_imports(runtime: Runtime, now: datetime) -> int:
    """Announce those that are due; returns how many."""
    imports = runtime.stores.contact_imports
    due = imports.each_across_companies(IMPORTS_DUE, now)
    return await announce_again(runtime, imports, _job, None, now, due)


def _job(company_id: str, item: ContactImport) -> Job:
    return import_job(company_id, item.id)
