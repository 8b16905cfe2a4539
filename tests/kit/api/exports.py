"""Files of each company that can be downloaded: what its rows and contacts came to."""

from shared.domain.contacts.contact_import import LEFT_PIECE, REJECTED_PIECE
from shared.domain.record import replace
from tests.kit.api.office import OURS, THEIRS, Office

TEXT = b"name,phone,rollcall_reason\r\nAna,1,is no phone number\r\n"


async def store_exports(office: Office) -> None:
    """Rejected rows of a file and of an import, and what an undo left, in both companies."""
    stores, files = office.stores, office.runtime.files
    for company_id in (OURS, THEIRS):
        file = await stores.files.get(company_id, f"file-{company_id}")
        name = f"companies/{company_id}/files/{file.id}/rejected"
        await stores.files.save(company_id, file.id, replace(file, rejected_object_name=name))
        item = await stores.contact_imports.get(company_id, f"import-{company_id}")
        item = replace(item, rejected_blocks=(0,), left_blocks=(0,))
        await stores.contact_imports.save(company_id, item.id, item)
        for one in (name, item.piece_name(REJECTED_PIECE, 0)):
            await files.save_bytes(one, TEXT, "text/csv")
        await files.save_text(item.piece_name(LEFT_PIECE, 0), "[]")
