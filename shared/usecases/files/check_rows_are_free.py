"""Whether a file's rows may still change: nothing was, or is about to be, rendered from them."""

from shared.domain.errors import Conflict
from shared.domain.files.file import File, FileState
from shared.firestore.queries.campaigns import CAMPAIGNS_OF_FILE
from shared.runtime import Runtime

CAMPAIGNS_LOOKED_AT = 200


async def check_rows_are_free(runtime: Runtime, company_id: str, file: File) -> None:
    """Raise Conflict when a campaign fired for the file, or is frozen with its rows.

    A campaign that is frozen just now finds at its fire that the rows are others (see take_files).
    """
    if file.fired_at is not None:
        raise Conflict(
            "A campaign has fired for this file, so its rows stay as they are. Correct what failed in the "
            "failures table, or upload the corrected rows as another file."
        )
    if file.state is FileState.LOADING:
        raise Conflict("The file is being loaded. Wait until it is.")
    campaigns = await runtime.stores.campaigns.some(
        company_id, CAMPAIGNS_OF_FILE, file.id, limit=CAMPAIGNS_LOOKED_AT
    )
    frozen = next((one for one in campaigns if one.may_still_fire), None)
    if frozen is not None:
        raise Conflict(
            f"The campaign {frozen.name!r} is {frozen.state} with these very rows. Reopen it first, and mark "
            "it ready again afterwards."
        )
