"""Times come in in one form each, and within years in which they can be reckoned with."""

import pytest

from tests.kit.api.office import Office, assert_problem

MIDNIGHT = "2026-11-01T00:00:00-04:00"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("1890000000", "must be written as a time with its offset"),
        ("20991130T090000Z", "must be written as a time with its offset"),
        ("2099-11-30", "must be written as a time with its offset"),
        ("2099-11-30T09:00:00", "must be written as a time with its offset"),
        ("9999-12-31T23:59:59Z", "must be in the years 2000 to 2199"),
        ("9999-12-31T23:59:59-12:00", "must be in the years 2000 to 2199"),
    ],
)
async def test_a_key_ends_at_a_time_of_one_form(office: Office, text: str, reason: str) -> None:
    body = {"name": "CI", "scopes": ["read"], "expires_at": text}
    problem = assert_problem(await office.post("/v1/api-keys", body), 422, "expires_at")
    assert reason in problem["errors"][0]["reason"]


@pytest.mark.parametrize("text", ["2099-11-30T09:00:00Z", "2099-11-30T09:00-05:00", "2099-11-30 09:00:00.5z"])
async def test_a_time_with_its_offset_is_taken(office: Office, text: str) -> None:
    body = {"name": "CI", "scopes": ["read"], "expires_at": text}
    response = await office.post("/v1/api-keys", body)
    assert response.status_code == 201, response.text


@pytest.mark.parametrize(
    ("start", "end", "field"),
    [
        ("0001-01-01T00:00:00+14:00", MIDNIGHT, "start"),
        (MIDNIGHT, "9999-12-31T23:59:59-12:00", "end"),
        ("1793505600", MIDNIGHT, "start"),
        ("2026-11-01", MIDNIGHT, "start"),
    ],
)
async def test_a_report_is_of_a_range_of_sensible_times(
    office: Office, start: str, end: str, field: str
) -> None:
    response = await office.get("/v1/reports", params={"start": start, "end": end})
    assert_problem(response, 422, field)


async def test_a_report_of_all_years_there_are_is_given(office: Office) -> None:
    params = {"start": "2000-01-01T00:00:00+14:00", "end": "2199-12-31T23:59:59-12:00"}
    assert (await office.get("/v1/reports", params=params)).status_code == 200
