"""Credentials go in through the API and never come out, and a rotation keeps two of them live."""

import json
from typing import Any

import pytest

from infra.local.simulator.callbacks import new_signing_key, verification_key
from shared.domain.companies.api_key import Scope
from shared.storage.secrets_file import SecretsFile
from tests.kit.api.office import OURS, THEIRS, Office, assert_problem
from tests.kit.builders import an_email_sender
from tests.kit.providers_at import providers_at

PATH = "/v1/senders/sender-acme/credentials"
MAILS = "/v1/senders/mails/credentials"
NEW_TOKEN = "fedcba9876543210" * 2
PUBLIC_KEY = verification_key(new_signing_key())


def twilio(office: Office, **changes: Any) -> dict[str, Any]:
    """What Twilio takes for our account, but for the changes; None leaves a field out."""
    fields = {"account_sid": office.account.sid, "auth_token": office.account.token} | changes
    return {name: value for name, value in fields.items() if value is not None}


async def put(office: Office, fields: object, path: str = PATH, **options: Any) -> dict[str, Any]:
    answer = await office.call("PUT", path, json=fields, **options)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def live(office: Office) -> list[str]:
    """The tokens that count, the newest first."""
    values = await office.runtime.secrets.values(OURS, "sender-acme")
    return [value.fields["auth_token"] for value in values]


async def with_a_second_token(office: Office) -> None:
    """As Twilio has it in a rotation: requests may be signed in with either token."""
    account = office.account
    await office.simulator.add_account(sid=account.sid, token=account.token, secondary=NEW_TOKEN)


async def test_what_is_set_is_shown_and_what_it_is_never(office: Office) -> None:
    await with_a_second_token(office)
    set_now = await put(office, twilio(office, auth_token=NEW_TOKEN))
    shown = (await office.get(PATH)).json()
    for found in (set_now, shown):
        assert found["live_count"] == 2
        assert [value["keys"] for value in found["values"]] == [["account_sid", "auth_token"]] * 2
        assert [bool(value["added_at"]) for value in found["values"]] == [True, True]
    secrets = (NEW_TOKEN, office.account.token, office.account.sid)
    for path in (PATH, "/v1/senders", "/v1/senders/sender-acme"):
        text = (await office.get(path)).text
        assert not any(part in text for secret in secrets for part in (secret, secret[-4:], secret[:6]))


async def test_a_rotation_from_beginning_to_end(office: Office) -> None:
    await with_a_second_token(office)
    old = office.account.token
    await put(office, twilio(office, auth_token=NEW_TOKEN))
    assert await live(office) == [NEW_TOKEN, old]
    assert (await office.post(f"{PATH}/retire-old")).json()["live_count"] == 1
    assert await live(office) == [NEW_TOKEN]
    again = await office.post(f"{PATH}/retire-old")
    assert (again.status_code, await live(office)) == (200, [NEW_TOKEN])


async def test_a_rotation_is_given_up(office: Office) -> None:
    await with_a_second_token(office)
    assert_problem(await office.post(f"{PATH}/withdraw-new"), 409)
    await put(office, twilio(office, auth_token=NEW_TOKEN))
    assert (await office.post(f"{PATH}/withdraw-new")).json()["live_count"] == 1
    assert await live(office) == [office.account.token]


async def test_the_same_again_changes_nothing_and_a_third_is_refused(office: Office) -> None:
    await with_a_second_token(office)
    assert (await put(office, twilio(office)))["live_count"] == 1
    for _ in range(3):
        assert (await put(office, twilio(office, auth_token=f" {NEW_TOKEN}\n")))["live_count"] == 2
    third = await office.call("PUT", PATH, json=twilio(office, auth_token="0" * 32))
    assert "retire the old one" in assert_problem(third, 409)["detail"]
    assert await live(office) == [NEW_TOKEN, office.account.token]


async def test_credentials_are_removed_and_set_anew(office: Office) -> None:
    assert (await office.call("DELETE", PATH)).status_code == 204
    assert (await office.call("DELETE", PATH)).status_code == 204
    assert (await office.get(PATH)).json() == {"live_count": 0, "values": []}
    assert (await put(office, twilio(office)))["live_count"] == 1


async def test_what_the_provider_refuses_is_not_stored(office: Office) -> None:
    refused = await office.call("PUT", PATH, json=twilio(office, auth_token=NEW_TOKEN))
    problem = assert_problem(refused, 422, "body")
    assert "does not accept the account's credentials" in problem["detail"]
    assert NEW_TOKEN not in refused.text
    assert await live(office) == [office.account.token]
    await put(office, twilio(office, auth_token=NEW_TOKEN), params={"verify": "false"})
    assert await live(office) == [NEW_TOKEN, office.account.token]


async def test_a_provider_that_cannot_be_asked_is_no_proof(office: Office) -> None:
    office.runtime.settings = providers_at(office.runtime.settings, twilio="http://127.0.0.1:9")
    answer = await office.call("PUT", PATH, json=twilio(office, auth_token=NEW_TOKEN))
    assert "could not be found out" in assert_problem(answer, 409)["detail"]
    assert await live(office) == [office.account.token]


@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [
        ({"auth_token": None}, "auth_token", "is required; twilio credentials are: account_sid, auth_token"),
        ({"account_sid": None}, "account_sid", "is required"),
        ({"auth_tokn": "hush-hush"}, "auth_tokn", "is not known here; twilio credentials are:"),
        ({"api_key": "SG.hush-hush"}, "api_key", "is not known here"),
        ({"auth_token": ""}, "auth_token", "at least 1 character"),
        ({"auth_token": "   "}, "auth_token", "at least 1 character"),
        ({"auth_token": "hush hush"}, "auth_token", "without blanks"),
        ({"auth_token": "hush-hush\u200b"}, "auth_token", "plain characters"),
        ({"auth_token": 7}, "auth_token", "valid string"),
        ({"auth_token": ["hush-hush"]}, "auth_token", "valid string"),
        ({"auth_token": "hush-hush" * 100}, "auth_token", "at most 500"),
        ({"account_sid": "hush-hush"}, "account_sid", "AC and 32 more characters"),
        ({"account_sid": "SK" + "0" * 32}, "account_sid", "AC and 32 more characters"),
    ],
)
async def test_a_wrong_field_is_named_and_its_value_not_repeated(
    office: Office, changes: dict[str, Any], field: str, reason: str
) -> None:
    answer = await office.call("PUT", PATH, json=twilio(office, **changes))
    [problem] = assert_problem(answer, 422, field)["errors"]
    assert reason in problem["reason"]
    assert "hush" not in answer.text
    assert office.account.token not in answer.text
    assert await live(office) == [office.account.token]


@pytest.mark.parametrize("body", ["", "hush-hush", "[]", '"hush-hush"', "null", "1"])
async def test_a_body_that_is_no_object_is_refused(office: Office, body: str) -> None:
    headers = {"content-type": "application/json"}
    answer = await office.call("PUT", PATH, content=body, headers=headers)
    assert_problem(answer, 422, "body")
    assert "hush" not in answer.text


async def test_what_sendgrid_needs_is_checked_too(office: Office) -> None:
    await office.stores.senders.save(OURS, "mails", an_email_sender())
    key = (await office.simulator.add_key()).key
    good = {"api_key": key, "webhook_public_key": PUBLIC_KEY}
    for wrong in ("hush-hush", PUBLIC_KEY[:-8], PUBLIC_KEY[8:], "MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAA=="):
        answer = await office.call("PUT", MAILS, json=good | {"webhook_public_key": wrong})
        assert "signed event webhook" in assert_problem(answer, 422, "webhook_public_key")["detail"]
    assert_problem(await office.call("PUT", MAILS, json=twilio(office)), 422, *twilio_problems())
    assert_problem(await office.call("PUT", MAILS, json=good | {"api_key": "SG.wrong"}), 422, "body")
    assert (await put(office, good, MAILS))["values"][0]["keys"] == ["api_key", "webhook_public_key"]


def twilio_problems() -> tuple[str, ...]:
    """What is wrong with Twilio's fields at SendGrid."""
    return ("api_key", "webhook_public_key", "account_sid", "auth_token")


async def test_only_an_admin_may_see_or_change_them(office: Office) -> None:
    key = await office.key(Scope.READ, Scope.WRITE, Scope.SEND)
    calls = [("GET", ""), ("PUT", ""), ("DELETE", ""), ("POST", "/retire-old"), ("POST", "/withdraw-new")]
    for method, part in calls:
        assert_problem(await office.call(method, PATH + part, key=key, json=twilio(office)), 403)
    assert await live(office) == [office.account.token]


async def test_another_companys_sender_is_not_there(office: Office) -> None:
    answer = await office.call("PUT", PATH, json=twilio(office), company_id=THEIRS)
    assert_problem(answer, 404)
    theirs = await office.runtime.secrets.values(THEIRS, "sender-acme")
    assert theirs == []


async def test_what_is_stored_belongs_to_the_company_of_the_key(office: Office) -> None:
    await office.stores.senders.save(THEIRS, "sender-acme", an_email_sender(id="sender-acme"))
    await put(office, twilio(office, auth_token=NEW_TOKEN), params={"verify": "false"})
    assert await office.runtime.secrets.values(THEIRS, "sender-acme") == []


async def test_secrets_that_cannot_be_written_are_busy_not_a_crash(office: Office) -> None:
    office.runtime.secrets = SecretsFile("/nowhere/secrets.json")
    answer = await office.call("PUT", PATH, json=twilio(office))
    assert_problem(answer, 503)
    assert answer.headers["retry-after"]
    assert office.account.token not in answer.text


async def test_the_document_says_what_to_send(office: Office) -> None:
    document = (await office.get("/v1/openapi.json")).json()
    operation = document["paths"]["/v1/senders/{sender_id}/credentials"]["put"]
    kinds = operation["requestBody"]["content"]["application/json"]["schema"]["oneOf"]
    assert [sorted(kind["properties"]) for kind in kinds] == [
        ["account_sid", "auth_token"],
        ["api_key", "inbound_public_key", "webhook_public_key"],
        ["access_token", "app_id", "app_secret", "page_id", "verify_token"],
        ["access_key_id", "configuration_set", "region", "secret_access_key", "topic_arn"],
        ["host", "inbound_address", "inbound_secret", "password", "port", "username"],
    ]
    answers = json.dumps(operation["responses"])
    assert "auth_token" not in answers.replace(
        '"keys": ["account_sid", "auth_token"]', ""
    )  # names, no values
