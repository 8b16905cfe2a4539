"""/v1/contact-exports: contacts as a file that can be imported again."""

from fastapi import APIRouter, Response
from starlette.responses import StreamingResponse

from functions.api.files import csv_response
from functions.api.kit.authentication import Reader
from functions.api.kit.route import ApiRoute
from functions.api.kit.shapes import ItemId
from shared.views.contact_exports import export_contacts

router = APIRouter(prefix="/v1/contact-exports", tags=["contact imports"], route_class=ApiRoute)


@router.get("/csv", response_class=Response, responses={200: {"content": {"text/csv": {}}}})
async def export_contacts_as_csv(caller: Reader, list_id: ItemId | None = None) -> StreamingResponse:
    """All contacts, or those of a list, as a CSV file. Imported again, by `id`, it changes nothing."""
    pieces = await export_contacts(caller.runtime, caller.company_id, list_id=list_id)
    return csv_response(pieces, "contacts.csv")
