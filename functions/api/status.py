"""/v1/status: how the installation does its work."""

from datetime import datetime

from fastapi import APIRouter

from functions.api.kit.authentication import Reader
from functions.api.kit.route import ApiRoute
from functions.api.kit.shapes import Output
from shared.domain.queue_failure import Way
from shared.views.job_way import job_way

router = APIRouter(prefix="/v1/status", tags=["status"], route_class=ApiRoute)


class StatusOutput(Output):
    """By which way jobs go.

    `queue`: through Pub/Sub. `inline`: each in the process that announces it, as is set. `fallen_back`: small
    ones too, as publishing fails since `since`; others wait.
    """

    way: Way
    since: datetime | None


@router.get("")
async def get_status(caller: Reader) -> StatusOutput:
    """How work that the company asks for is done at present."""
    return StatusOutput.of(await job_way(caller.runtime))
