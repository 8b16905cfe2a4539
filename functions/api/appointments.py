"""/v1/sources/{id}/appointments: what is canceled otherwise than by a file."""

from typing import Annotated

from fastapi import APIRouter
from fastapi import Path as InPath

from functions.api.kit.authentication import Sending
from functions.api.kit.route import ApiRoute
from functions.api.kit.shapes import ItemId, Output
from shared.usecases.files.cancel_appointment import cancel_appointment

router = APIRouter(prefix="/v1/sources", tags=["sources"], route_class=ApiRoute)

AppointmentId = Annotated[str, InPath(min_length=1, max_length=500)]


class CanceledOutput(Output):
    """How many messages that waited were withdrawn, and how many were being sent or may have been."""

    withdrawn: int
    too_late: int


@router.delete("/{source_id}/appointments/{appointment_id:path}")
async def cancel_one_appointment(
    caller: Sending, source_id: ItemId, appointment_id: AppointmentId
) -> CanceledOutput:
    """Cancel an appointment, by its `appointment_id` in the source's files: what waits of it is withdrawn.

    A file that comes later and has it again books it anew.
    """
    done = await cancel_appointment(caller.runtime, caller.company_id, source_id, appointment_id)
    return CanceledOutput(withdrawn=done.skipped, too_late=done.too_late)
