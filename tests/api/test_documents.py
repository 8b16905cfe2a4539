"""The OpenAPI document, and the page that shows it."""

import json
import re

from functions.api.kit.docs import FILES
from tests.api.test_authentication import ROUTES
from tests.kit.api.office import Office, assert_problem


async def test_the_document_names_everything(office: Office) -> None:
    document = (await office.http.get("/v1/openapi.json")).json()
    listed = {(method.upper(), path) for path, item in document["paths"].items() for method in item}
    # An id may have slashes (`:path`); the document names the parameter alone.
    assert listed == {(method, path.replace(":path", "")) for method, path, _ in ROUTES}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            assert operation["security"] == [{"API key": []}], path
            assert operation["description"], path
            problems = {status for status in operation["responses"] if status >= "400"}
            assert problems >= {"401", "403", "404", "422", "503"}, path
            for status in problems:
                assert list(operation["responses"][status]["content"]) == ["application/problem+json"], path
            texts = [answer["description"] for answer in operation["responses"].values()]
            assert all(texts), path
            assert not {"Successful Response", "Validation Error"} & set(texts), (
                path
            )  # the framework's own words
            parameters = operation.get("parameters", ())
            assert '{"type": "null"}' not in json.dumps(parameters), path
            names = [item["name"] for item in parameters]
            assert ("Idempotency-Key" in names) == (method == "post"), path


async def test_every_reference_of_the_document_leads_somewhere(office: Office) -> None:
    response = await office.http.get("/v1/openapi.json")
    shapes = set(response.json()["components"]["schemas"])
    assert set(re.findall(r'"#/components/schemas/([^"]+)"', response.text)) <= shapes


async def test_the_page_and_its_parts_are_served_here_and_packed(office: Office) -> None:
    """What it looks like is tried in a browser: tests/stack/test_reference_page.py."""
    response = await office.http.get("/v1/docs")
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    policy = response.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self';")
    assert not re.search(r"(src|href)=\"?https?:", response.text)
    assert not re.search(r"<script(?! src=)", response.text)
    for name in FILES:
        plain = await office.http.get(f"/v1/docs/{name}", headers={"Accept-Encoding": "identity"})
        packed = await office.http.get(f"/v1/docs/{name}", headers={"Accept-Encoding": "gzip"})
        assert plain.status_code == 200
        assert "content-encoding" not in plain.headers
        assert packed.headers["content-encoding"] == "gzip"
        assert packed.content == plain.content
    for path in ("/v1/docs/LICENSE", "/v1/docs/../app.py", "/v1/docs/index.html"):
        assert_problem(await office.http.get(path), 404)
