"""Delete a company: everything it has, and then itself. What is left is a record of how much that was."""

from collections import Counter

from shared import log
from shared.acting import acting
from shared.domain.companies.oidc import SECRETS_ID
from shared.domain.deletion import Deletion, DeletionState, ended, started, with_removed
from shared.domain.errors import Conflict, NotFound
from shared.domain.fires.fire import FireState
from shared.firestore.queries.fires import FIRES_NOT_CLOSED
from shared.runtime import Runtime

FIRST = (
    "api_keys",
    "sessions",
    "invitations",
    "users",
    "senders",
    "campaigns",
    "webhook_endpoints",
)  # nobody calls, writes in or starts anything any more
PASSES = 3  # what was under way while the first pass ran may have written after it
FIRES_LOOKED_AT = 1_000


async def delete_company(runtime: Runtime, company_id: str, asked_by: str) -> Deletion:
    """Delete it for good. Cut short, the same call goes on; called again afterwards, it returns the record.

    Raises Conflict while one of its fires is running: pause or cancel it first. Raises NotFound.
    """
    records = runtime.stores.deleted_companies
    known = await records.find(company_id)
    if known is not None and known.state is DeletionState.DONE:
        return known
    await _stop(runtime, company_id, is_begun=known is not None)
    deletion = started(known, company_id, asked_by, runtime.now())
    await records.save(company_id, deletion)
    with acting(None):  # its audit log goes too
        deletion = await _remove_passes(runtime, company_id, deletion)
    await records.remove_company(company_id)
    deletion = ended(with_removed(deletion, {"companies": 1}), {}, runtime.now())
    await records.save(company_id, deletion)
    log.event("company deleted", company_id=company_id, removed=deletion.removed)
    return deletion


async def _remove_passes(runtime: Runtime, company_id: str, deletion: Deletion) -> Deletion:
    for _ in range(PASSES):
        before = deletion
        deletion = await _remove_all(runtime, company_id, deletion)
        if deletion.removed == before.removed:
            break
    return deletion


async def _stop(runtime: Runtime, company_id: str, *, is_begun: bool) -> None:
    """See that nothing of it is sent, and nothing new starts. Raises NotFound, Conflict."""
    if not is_begun:
        await _check_not_firing(runtime, company_id)
    try:
        await runtime.stores.companies.stop_sending(company_id)
    except NotFound:
        if is_begun:  # another run had come to the last step
            return
        raise
    if not is_begun:  # one may have begun just before
        await _check_not_firing(runtime, company_id)


async def _check_not_firing(runtime: Runtime, company_id: str) -> None:
    fires = await runtime.stores.fires.some(company_id, FIRES_NOT_CLOSED, False, limit=FIRES_LOOKED_AT)
    running = [fire.campaign_id for fire in fires if fire.state is FireState.FIRING]
    if running:
        raise Conflict(f"The campaign {running[0]} is firing. Pause or cancel it, then delete the company.")


async def _remove_all(runtime: Runtime, company_id: str, deletion: Deletion) -> Deletion:
    """One pass over everything, noting after each part what it removed."""
    records = runtime.stores.deleted_companies
    deletion = with_removed(deletion, {"credentials": await _remove_credentials(runtime, company_id)})
    deletion = with_removed(deletion, {"logins": await _remove_logins(runtime, company_id)})
    names = await records.names(company_id)
    for name in sorted(names, key=lambda name: (name not in FIRST, name)):
        removed: Counter[str] = Counter()
        async for count in records.empty(company_id, name):
            removed[name] += count
        deletion = with_removed(deletion, removed)
        await records.save(company_id, deletion)
    objects = 0
    for object_name in await runtime.files.list_names(f"companies/{company_id}/"):
        objects += await runtime.files.remove(object_name)
    deletion = with_removed(deletion, {"objects": objects})
    await records.save(company_id, deletion)
    return deletion


async def _remove_credentials(runtime: Runtime, company_id: str) -> int:
    """Before the senders and endpoints, by whose ids they are kept."""
    stores = runtime.stores
    kept_for = [one.id async for page in stores.senders.each_page(company_id) for one in page]
    kept_for += [
        one.secrets_id async for page in stores.webhook_endpoints.each_page(company_id) for one in page
    ]
    for item_id in kept_for:
        await runtime.secrets.delete(company_id, item_id)
    await runtime.secrets.delete(company_id, SECRETS_ID)
    return len(kept_for)


async def _remove_logins(runtime: Runtime, company_id: str) -> int:
    """Before the users, by whose addresses they are kept: the addresses may be accounts elsewhere then."""
    count = 0
    async for page in runtime.stores.users.each_page(company_id):
        for user in page:
            count += await runtime.stores.logins.remove(company_id, user.email)
    return count
