"""Claim a file to load it: one worker, one generation, and one file a content."""

from shared import log
from shared.domain.files.file import File, FileContent, FileRefused, FileState
from shared.domain.ids import computed_id, random_id
from shared.domain.lease import first_claimed_at, is_hopeless, leased
from shared.domain.record import replace
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime

_GIVEN_UP = {
    "state": FileState.REFUSED,
    "refusal": "The file could not be loaded in five attempts and two hours. Report its id to support.",
    "lease_until": None,
}


async def claim_file(runtime: Runtime, company_id: str, file_id: str, generation: str) -> File | None:
    """Lease the file, or None: unknown, loaded, being loaded, or news of another generation."""
    files, token = runtime.stores.files, random_id()

    async def claim(transaction: Transaction) -> File | None:
        now = runtime.now()
        file = await files.find(company_id, file_id, transaction)
        if file is None or file.state in (FileState.LOADED, FileState.REFUSED):
            return None
        if file.generation not in (None, generation):
            log.event("another generation of a file")
            return None
        changes = {
            "state": FileState.LOADING,
            "generation": generation,
            "claimed_at": first_claimed_at(file, now),
        }
        ours = leased(file, token, now, runtime.settings.lease_seconds, **changes)
        if ours is not None and ours is not file and is_hopeless(file, now):
            files.put(transaction, company_id, file_id, replace(file, **_GIVEN_UP))  # type: ignore[arg-type]
            return None
        if ours is not None:
            files.put(transaction, company_id, file_id, ours)
        return ours

    return await transact(runtime.stores.db, claim, "claim_file.lease")


async def claim_content(runtime: Runtime, company_id: str, file: File, content_hash: str) -> None:
    """Raise FileRefused when another file of the source has this content and no repeat is accepted."""
    contents, files = runtime.stores.file_contents, runtime.stores.files
    key = _key(file, content_hash)

    async def claim(transaction: Transaction) -> File | None:
        content = await contents.find(company_id, key, transaction)
        other = None
        if content is not None and content.file_id != file.id:
            other = await files.find(company_id, content.file_id, transaction)
        current = await files.get(company_id, file.id, transaction)
        if other is not None and other.state is not FileState.REFUSED and not file.accepts_repeat:
            return other
        if other is None or other.state is FileState.REFUSED:  # an accepted repeat leaves it to the first
            contents.put(transaction, company_id, key, FileContent(id=key, file_id=file.id))
        files.put(transaction, company_id, file.id, replace(current, content_hash=content_hash))
        return None

    other = await transact(runtime.stores.db, claim, "claim_file.content")
    if other is not None:
        raise FileRefused(
            f"The file {other.name!r} of {other.created_at:%Y-%m-%d %H:%M} UTC ({other.id}) has exactly this "
            "content. If it is meant to be loaded again, upload it with accepts_repeat set to true."
        )


async def give_back_content(runtime: Runtime, company_id: str, file: File) -> None:
    """Forget the content of a file that was refused, so that it may come again once that is mended."""
    current = await runtime.stores.files.get(company_id, file.id)
    if current.content_hash is None:
        return
    contents, key = runtime.stores.file_contents, _key(file, current.content_hash)

    async def give_back(transaction: Transaction) -> None:
        content = await contents.find(company_id, key, transaction)
        if content is not None and content.file_id == file.id:
            transaction.delete(contents.ref(company_id, key))

    await transact(runtime.stores.db, give_back)


def _key(file: File, content_hash: str) -> str:
    # A workbook may come once for each sheet that is asked for.
    return computed_id(file.source_id, "content", content_hash, *([file.sheet] if file.sheet else []))
