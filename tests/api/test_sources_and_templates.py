"""Sources, templates and senders over the API."""

from typing import Any

import pytest

from tests.kit.api.office import Office, assert_problem
from tests.kit.builders import a_source, an_sms_sender


async def test_a_source_edit_may_not_break_itself(office: Office) -> None:
    columns = [{"column": "Phone", "field": "phone", "type": "phone"}]
    response = await office.call("PATCH", "/v1/sources/source-acme", json={"columns": columns * 2})
    assert_problem(response, 422, "columns")
    source = (await office.get("/v1/sources/source-acme")).json()
    assert len(source["columns"]) == len(a_source().columns)
    response = await office.call("PATCH", "/v1/sources/source-acme", json={"columns": columns})
    assert response.status_code == 200, response.text
    assert [column["field"] for column in response.json()["columns"]] == ["phone"]


async def test_a_suggestion_makes_a_source_as_it_stands(office: Office) -> None:
    csv = b"Name,Phone,Visit\nAnn,2125550187,2027-03-05 10:30\n"
    suggested = (await office.call("POST", "/v1/sources/suggest", content=csv)).json()
    assert suggested["dedupe_key"] is None
    wanted = {key: suggested[key] for key in ("columns", "format", "dedupe_key")}
    made = await office.post("/v1/sources", {"name": "Visits", **wanted})
    assert (made.status_code, made.json()["dedupe_key"]) == (201, ["address", "text"]), made.text


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"time_zone": "EST5"}, "time_zone"),
        ({"default_region": "usa"}, "default_region"),
        ({"encoding": "zlib"}, "encoding"),
        ({"encoding": "no such"}, "encoding"),
        ({"delimiter": "ab"}, "delimiter"),
        ({"dedupe_key": ["shoe size"]}, "dedupe_key[0]"),
        ({"columns": [{"column": "A", "field": "Not a field"}]}, "columns[0].field"),
    ],
)
async def test_a_source_that_cannot_work_is_refused(
    office: Office, changes: dict[str, Any], field: str
) -> None:
    body = {"name": "Bills", "columns": [{"column": "Phone", "field": "phone", "type": "phone"}]}
    assert (await office.post("/v1/sources", body)).status_code == 201
    assert_problem(await office.post("/v1/sources", {**body, **changes}), 422, field)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"body": "Hello {{ name"}, "body"),
        ({"body": "{% include 'x' %}"}, "body"),
        ({"body": " "}, "body"),
        ({"subject": "Hello"}, "subject"),
        ({"channel": "email"}, "subject"),
        ({"channel": "email", "subject": "Hello\r\nBcc: all@example.com"}, "subject"),
        ({"channel": "email", "subject": "{{ name"}, "subject"),
        ({"language": "english please"}, "language"),
        ({"body": "{{ name | truncate: 'x' }}"}, "body"),
        ({"body": "Hello\x00"}, "body"),
        ({"body": "Hello \x1b[31m"}, "body"),
        ({"body": "Hello \x85"}, "body"),
        ({"name": "Remin\x00der"}, "name"),
        ({"name": "Remin\nder"}, "name"),
        ({"name": "Reminder \u2028x"}, "name"),
    ],
)
async def test_a_template_that_cannot_work_is_refused(
    office: Office, changes: dict[str, Any], field: str
) -> None:
    body = {"name": "Reminder", "channel": "sms", "body": "Hello {{ name }}"}
    assert_problem(await office.post("/v1/templates", {**body, **changes}), 422, field)


async def test_a_body_may_have_lines_tabs_and_every_script(office: Office) -> None:
    body = {"name": "Grüße 👩\u200d⚕️", "channel": "sms", "body": "Hello {{ name }}\r\n\tशनिवार"}
    made = (await office.post("/v1/templates", body)).json()
    assert {name: made[name] for name in body} == body


async def test_senders_show_no_credentials(office: Office) -> None:
    sender = (await office.get("/v1/senders/sender-acme")).json()
    assert sender["address"] == an_sms_sender().address
    assert office.account.token not in (await office.get("/v1/senders")).text


async def test_a_template_of_html_alone_has_the_text_made_of_it(office: Office) -> None:
    body = {"name": "Visit", "channel": "email", "subject": "Visit", "html": "<p>Dear {{ name }}</p>"}
    made = (await office.post("/v1/templates", body)).json()
    assert (made["body"], made["body_is_made"], made["html"]) == ("Dear {{ name }}", True, body["html"])
    path = f"/v1/templates/{made['id']}"
    changed = (await office.call("PATCH", path, json={"html": "<p>Hello {{ name }}</p>"})).json()
    assert changed["body"] == "Hello {{ name }}"
    refused = await office.call("PATCH", path, json={"html": "<p>\n<script>x</script>"})
    assert "Line 2" in assert_problem(refused, 422, "html")["detail"]


async def test_a_text_may_have_pictures(office: Office) -> None:
    urls = ["https://pictures.example.com/{{ site }}.png"]
    body = {"name": "Visit", "channel": "sms", "body": "Hello", "media_urls": urls}
    made = (await office.post("/v1/templates", body)).json()
    assert made["media_urls"] == urls
    mail = await office.post("/v1/templates", body | {"channel": "email", "subject": "x"})
    assert mail.json()["media_urls"] == urls  # there it is an attachment
    assert_problem(await office.post("/v1/templates", body | {"channel": "voice"}), 422, "media_urls")
