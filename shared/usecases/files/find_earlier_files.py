"""Find the files that a new file of their source is compared with."""

from shared.domain.files.compare_rows import EarlierFile
from shared.domain.files.file import File, FileHold, FileState
from shared.domain.files.finding import Severity
from shared.firestore.queries.files import SOURCE_FILES
from shared.runtime import Runtime

COMPARED_WITH = 10


async def find_earlier_files(runtime: Runtime, company_id: str, file: File) -> list[EarlierFile]:
    """The source's last files with their profiles, the newest first, without those that seem wrong."""
    stores = runtime.stores
    files = await stores.files.some(
        company_id, SOURCE_FILES, file.source_id, FileState.LOADED, limit=COMPARED_WITH + 1
    )
    good = [one for one in files if one.id != file.id and not _is_doubtful(one)][:COMPARED_WITH]
    profiles = await stores.file_profiles.find_many(company_id, [one.id for one in good])
    return [EarlierFile(file=one, profile=profiles[one.id].unpacked()) for one in good if one.id in profiles]


def _is_doubtful(file: File) -> bool:
    is_serious = any(finding.severity is Severity.SERIOUS for finding in file.findings)
    return file.hold is FileHold.REJECTED or (file.hold is FileHold.HELD and is_serious)
