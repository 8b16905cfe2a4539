"""/v1/contact-exports: contacts as a file that can be imported again."""

from fastapi import APIRouter, Response
from starlette.responses import StreamingResponse

from functions.api.kit.authentication import Reader
from functions.api.kit.route import ApiRoute
from functions.api.kit.shapes import ItemId
from functions.downloads import XLSX, csv_response, xlsx_response
from shared.views.contact_exports import export_contacts, export_contacts_in_a_sheet

router = APIRouter(prefix="/v1/contact-exports", tags=["contact imports"], route_class=ApiRoute)


@router.get("/csv", response_class=Response, responses={200: {"content": {"text/csv": {}}}})
async def export_contacts_as_csv(
    caller: Reader, list_id: ItemId | None = None, segment_id: ItemId | None = None
) -> StreamingResponse:
    """All contacts, or those of a list, or of a segment, as CSV. Imported by `id` again, nothing changes."""
    pieces = await export_contacts(caller.runtime, caller.company_id, list_id=list_id, segment_id=segment_id)
    return csv_response(pieces, "contacts.csv")


@router.get("/xlsx", response_class=Response, responses={200: {"content": {XLSX: {}}}})
async def export_contacts_as_xlsx(
    caller: Reader, list_id: ItemId | None = None, segment_id: ItemId | None = None
) -> StreamingResponse:
    """The same as an XLSX file, in which every cell is a text."""
    pieces = await export_contacts_in_a_sheet(
        caller.runtime, caller.company_id, list_id=list_id, segment_id=segment_id
    )
    return xlsx_response(pieces, "contacts.xlsx")
