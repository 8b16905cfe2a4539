"""What is no id of Firestore's is the id of nothing, and never a fault."""

import pytest

from shared.firestore.kit import paths
from tests.kit.builders import a_message
from tests.kit.clinic import Clinic

COMPANY = "acme"


@pytest.mark.parametrize("item_id", ["", ".", "..", "a/b", "x" * 129, "__x__", "____"])
async def test_what_is_no_id_is_found_nowhere(clinic: Clinic, item_id: str) -> None:
    messages = clinic.stores.messages
    await messages.save(COMPANY, "m1", a_message(id="m1"))
    assert await messages.find(COMPANY, item_id) is None
    assert list(await messages.find_many(COMPANY, [item_id, "m1"])) == ["m1"]
    with pytest.raises(ValueError, match="not an id"):
        paths.document(clinic.stores.db, COMPANY, "messages", item_id)


async def test_an_id_may_begin_with_underscores(clinic: Clinic) -> None:
    assert await clinic.stores.messages.find(COMPANY, "__x") is None
