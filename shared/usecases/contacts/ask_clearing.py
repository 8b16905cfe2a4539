"""Who returns is to be taken off the providers' own lists as well: by a job, never on a request's path."""

from collections.abc import Iterable

from google.api_core.exceptions import GoogleAPIError

from shared import log
from shared.domain.contacts.opt_out import Clearing, OptOut
from shared.domain.job import ClearOwnLists
from shared.domain.record import replace
from shared.providers.registry import clears_lists
from shared.runtime import Runtime
from shared.usecases.announce_jobs import announce_jobs


def to_be_cleared(changed: Iterable[OptOut]) -> list[OptOut]:
    """The opt-outs as they are to be stored, so that the job finds those that ended by a return.

    Of a person who was forgotten there is no address to take off.
    """
    return [
        replace(one, clearing=Clearing.ASKED)
        if one.is_return and one.address and clears_lists(one.channel)
        else one
        for one in changed
    ]


async def ask_clearing(runtime: Runtime, company_id: str, stored: Iterable[OptOut]) -> None:
    """Announce the job, after the commit. One that is lost the sweep makes good."""
    if not any(one.clearing is Clearing.ASKED for one in stored):
        return
    try:
        await announce_jobs(runtime, [ClearOwnLists(company_id=company_id)], None)
    except GoogleAPIError as error:
        log.event("clearing not announced", error_type=type(error).__name__)
