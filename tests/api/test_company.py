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
