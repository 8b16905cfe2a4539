"""The company that a key acts for."""

from shared.domain.companies.api_key import Scope
from tests.kit.api.office import Office, assert_problem


async def test_numbers_with_unknown_area_codes_are_allowed_by_an_admin(office: Office) -> None:
    assert (await office.get("/v1/company")).json()["allows_possible_numbers"] is False
    for is_allowed in (True, False):
        response = await office.call("PATCH", "/v1/company", json={"allows_possible_numbers": is_allowed})
        assert response.status_code == 200, response.text
        assert response.json()["allows_possible_numbers"] is is_allowed
        assert (await office.get("/v1/company")).json() == response.json()
    theirs = await office.stores.companies.get("globex")
    assert not theirs.allows_possible_numbers


async def test_the_postal_address_is_said_by_an_admin_and_stays_when_others_change(office: Office) -> None:
    address = "1 Main Street\nSpringfield, NY 10001"
    said = await office.call("PATCH", "/v1/company", json={"postal_address": f" {address} "})
    assert said.json()["postal_address"] == address
    other = await office.call("PATCH", "/v1/company", json={"allows_possible_numbers": True})
    assert (other.json()["postal_address"], other.json()["allows_possible_numbers"]) == (address, True)
    for wrong in ("x" * 501, "1 Main\x00Street", None):
        answer = await office.call("PATCH", "/v1/company", json={"postal_address": wrong})
        assert_problem(answer, 422, "postal_address")


async def test_nothing_else_of_a_company_is_changed_so(office: Office) -> None:
    body = {"allows_possible_numbers": True, "sending_enabled": False}
    response = await office.call("PATCH", "/v1/company", json=body)
    assert_problem(response, 422, "sending_enabled")
    assert not (await office.stores.companies.get("acme")).allows_possible_numbers
    writer = await office.key(Scope.WRITE)
    refused = await office.call("PATCH", "/v1/company", json={"allows_possible_numbers": True}, key=writer)
    assert refused.status_code == 403


async def test_a_company_says_how_long_it_keeps_what_it_has_within_bounds(office: Office) -> None:
    unset = {"rows": None, "messages": None, "replies": None}
    assert (await office.get("/v1/company")).json()["kept_for"] == unset
    kept = {"rows": 30, "messages": 730}
    answer = await office.call("PATCH", "/v1/company", json={"kept_for": kept})
    assert answer.json()["kept_for"] == unset | kept
    for wrong in ({"rows": 181}, {"messages": 29}, {"replies": 731}, {"replies": 0}):
        answer = await office.call("PATCH", "/v1/company", json={"kept_for": wrong})
        assert_problem(answer, 422, *(f"kept_for.{name}" for name in wrong))
    assert (await office.get("/v1/company")).json()["kept_for"] == unset | kept


async def test_a_campaign_without_a_window_has_the_companys(office: Office) -> None:
    hours = {"days": [1, 2], "opens": "10:00:00", "closes": "15:30:00", "keeps_quiet_hours": True}
    answer = await office.call("PATCH", "/v1/company", json={"contact_hours": hours})
    assert answer.json()["contact_hours"] == hours
    step = {"channel": "sms", "template_id": "template-acme", "sender_id": "sender-acme"}
    step["address_field"] = "phone"
    body = {"name": "New", "audience": {"source_id": "source-acme", "file_id": "file-acme"}, "steps": [step]}
    made = await office.post("/v1/campaigns", body)
    assert {name: made.json()["window"][name] for name in hours} == hours
    other = await office.post("/v1/campaigns", body | {"window": {}})
    assert other.json()["window"]["days"] == [1, 2, 3, 4, 5, 6, 7]
    wrong = await office.call("PATCH", "/v1/company", json={"contact_hours": {"days": [1, 1]}})
    assert_problem(wrong, 422, "contact_hours.days")
