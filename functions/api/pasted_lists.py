"""/v1/pasted-lists: a text that somebody pasted, as parts of a campaign's audience."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from functions.api.audience_shapes import PastedAddressesShape
from functions.api.kit.authentication import Writer
from functions.api.kit.channel_name import ChannelName
from functions.api.kit.route import ApiRoute
from functions.api.kit.shapes import Input, Output
from shared.domain.campaigns.pasted_list import PastedList
from shared.views.pasted_list import read_pasted_list

router = APIRouter(prefix="/v1/pasted-lists", tags=["campaigns"], route_class=ApiRoute)
MOST_CHARACTERS = 500_000


class PastedListInput(Input):
    """A text with an address a line, or several parted by commas, semicolons, bars or tabs.

    Without a `channel` it may hold phone numbers and emails. A name may stand before an address in angle
    brackets.
    """

    text: Annotated[str, Field(min_length=1, max_length=MOST_CHARACTERS)]
    channel: ChannelName | None = None


class PastedFaultOutput(Output):
    """What is no address, on which line (counted from 1), and why."""

    line: int
    value: str
    reason: str


class PastedListOutput(Output):
    """`parts` go into a campaign's `audience`, in `include` or `exclude`; each address is in them once.

    `repeated` counts addresses that stood there before, `faulty` what is no address; `faults` are the first
    hundred of those.
    """

    parts: tuple[PastedAddressesShape, ...]
    count: int
    repeated: int
    faulty: int
    faults: tuple[PastedFaultOutput, ...]

    @classmethod
    def derived(cls, record: PastedList) -> dict[str, object]:
        """The parts as an audience has them."""
        parts = [
            {"kind": "addresses", "channel": str(one.channel), "addresses": one.addresses}
            for one in record.parts
        ]
        return {"parts": tuple(parts), "faults": tuple(PastedFaultOutput.of(one) for one in record.faults)}


@router.post("")
async def read_one_pasted_list(caller: Writer, body: PastedListInput) -> PastedListOutput:
    """Read a pasted list. Nothing is stored: put its `parts` into the audience of a campaign."""
    found = await read_pasted_list(caller.runtime, caller.company_id, body.text, body.channel)
    return PastedListOutput.of(found)
