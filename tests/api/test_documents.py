"""The OpenAPI document, the page made of it, and the queries behind the lists."""

import re

from tests.api.test_authentication import ROUTES
from tests.kit.api.office import Office


async def test_the_document_names_everything(office: Office) -> None:
    document = (await office.http.get("/v1/openapi.json")).json()
    listed = {(method.upper(), path) for path, item in document["paths"].items() for method in item}
    assert listed == {(method, path) for method, path, _ in ROUTES}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            assert operation["security"] == [{"API key": []}], path
            assert operation["description"], path
            assert "application/problem+json" in operation["responses"]["default"]["content"], path
            names = [item["name"] for item in operation.get("parameters", ())]
            assert ("Idempotency-Key" in names) == (method == "post"), path


async def test_every_reference_of_the_document_leads_somewhere(office: Office) -> None:
    response = await office.http.get("/v1/openapi.json")
    shapes = set(response.json()["components"]["schemas"])
    assert set(re.findall(r'"#/components/schemas/([^"]+)"', response.text)) <= shapes


async def test_the_page_shows_every_operation_and_loads_nothing(office: Office) -> None:
    response = await office.http.get("/v1/docs")
    assert response.status_code == 200
    assert response.headers["content-security-policy"].startswith("default-src 'none'")
    for _, path, _ in ROUTES:
        assert f"<code>{path}</code>" in response.text
    assert "<script" not in response.text
    assert not re.search(r"(src|href)=\"?https?:", response.text)
