"""What is stored of contacts, document by document, to be compared byte by byte."""

import re

import msgspec

from shared.domain.channels.channel import as_text
from shared.domain.record import replace
from shared.firestore.contact_shards import contacts_in, hints_in
from tests.kit.builders import NOON
from tests.kit.clinic import Clinic
from tests.kit.documents import all_documents

# What says that something happened, rather than what is: it stays when that is taken back.
HISTORY = re.compile(r"/(contact_changes|contact_imports|events|fire_costs|opt_outs)/")
_ENCODER = msgspec.json.Encoder(enc_hook=as_text, order="sorted")


async def contact_documents(clinic: Clinic) -> dict[str, bytes]:
    """Every document of the database by path, but for histories, as bytes.

    How often and when a contact was written is left out, as that counts on; a shard of nobody is none.
    """
    found = {
        path: repr(sorted(fields.items())).encode()
        for path, fields in (await all_documents(clinic.stores.db)).items()
        if not HISTORY.search(path) and "/contact_shards/" not in path and "/contact_key_shards/" not in path
    }
    async for shard in clinic.stores.contact_shards.scan(clinic.company_id):
        people = [replace(one, version=0, changed_at=NOON) for one in contacts_in(shard)]
        if people:
            found[f"contact_shards/{shard.id}"] = _ENCODER.encode(people)
    async for page in clinic.stores.contact_keys.each_page(clinic.company_id):
        for keys in page:
            if hints := {key: sorted(ids) for key, ids in hints_in(keys).items()}:
                found[f"contact_key_shards/{keys.id}"] = _ENCODER.encode(hints)
    return found
