"""A request under a key is the same only with the same query, to the last letter."""

import pytest

from tests.kit.api.office import Office, assert_problem

KEY = {"Idempotency-Key": "2f0c1a9e-11c6-4b5f-9a52-3c6f9f6f7a10"}
UPLOAD = "/v1/files/upload?source_id=source-acme&name=monday.csv"
CONTENT = b"Patient,Phone\nAna,2125550187\n"


@pytest.mark.parametrize("path", [UPLOAD.replace("monday", "tuesday"), f"{UPLOAD}&sheet=Second"])
async def test_another_query_under_the_same_key_is_refused(office: Office, path: str) -> None:
    first = await office.post(UPLOAD, content=CONTENT, headers=KEY)
    assert first.status_code == 201, first.text
    assert_problem(await office.post(path, content=CONTENT, headers=KEY), 422, "Idempotency-Key")
    again = await office.post(UPLOAD, content=CONTENT, headers=KEY)
    assert again.content == first.content
