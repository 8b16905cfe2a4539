"""A company's settings in the portal: its rules, its senders, its webhooks."""

import re
from datetime import date, time

from shared.domain.companies.consent_rules import OptOutScope
from shared.domain.companies.contact_hours import ContactHours
from shared.domain.companies.frequency_cap import FrequencyCap, WhenFull
from shared.domain.companies.kept_for import KeptFor
from shared.domain.companies.user import Role
from shared.domain.events.webhook_delivery import DELAYS, DeliveryState, after_try, webhook
from shared.domain.events.webhook_endpoint import EndpointState, Try
from shared.domain.job import DeliverWebhooks
from shared.domain.record import replace
from tests.kit.api.office import OURS, Office
from tests.kit.builders import NOON, an_endpoint, an_event
from tests.portal.conftest import SignedIn

COMPANY, SENDERS, WEBHOOKS = "/settings/company", "/settings/senders", "/settings/webhooks"
SENDER = f"{SENDERS}/sender-{OURS}"


async def test_every_setting_is_found_from_the_first_page(signed_in: SignedIn) -> None:
    admin = await signed_in(Role.ADMIN)
    page = await admin.get("/settings")
    for href in set(re.findall(r'<li><a href="(/settings/[^"]+)"', page.text)):
        shown = await admin.get(href)
        assert shown.status_code == 200, href
        assert 'href="/settings"' in shown.text, href


async def test_the_companys_rules_are_set_and_shown_again(office: Office, signed_in: SignedIn) -> None:
    admin = await signed_in(Role.ADMIN)
    fields = {
        "days": ["1", "2", "6"],
        "keeps_holidays": "on",
        "holiday_country": "US-NY",
        "closed_days": "2026-12-24\n2026-12-31",
        "opt_out_scope": "address",
        "topics": "Appointments\nBills",
        "opt_out_words": "Farewell clinic\n\n adieu clinique ",
        "opt_in_words": "",
        "help_text": "Call 212 555 0100.",
        "opt_out_text": "You get nothing more.",
        "cap_messages": "3",
        "cap_hours": "24",
        "cap_waits": "on",
        "postal_address": "1 Main Street\nNew York",
        "contact_days": ["1", "3"],
        "contact_opens": "10:30",
        "contact_closes": "16:00",
        "contact_quiet": "on",
        "kept_rows": "45",
        "kept_replies": "365",
    }
    await admin.post(COMPANY, fields, seen=COMPANY)
    company = await office.stores.companies.get(OURS)
    assert company.calendar.days == (1, 2, 6)
    assert company.calendar.closed_days == (date(2026, 12, 24), date(2026, 12, 31))
    assert company.consent.opt_out_scope is OptOutScope.ADDRESS
    assert company.consent.topics == ("Appointments", "Bills")
    assert company.consent.opt_out_words == ("Farewell clinic", "adieu clinique")
    assert company.consent.opt_in_words == ()
    assert company.consent.frequency_cap == FrequencyCap(messages=3, hours=24, when_full=WhenFull.WAIT)
    assert company.consent.confirms_opt_outs is False
    assert company.postal_address == "1 Main Street\nNew York"
    hours = ContactHours(days=(1, 3), opens=time(10, 30), closes=time(16), keeps_quiet_hours=True)
    assert company.contact_hours == hours
    form = (await admin.get(f"/campaigns/new?file=file-{OURS}")).text
    assert 'value="10:30"' in form
    assert company.kept_for == KeptFor(rows=45, replies=365)
    page = await admin.get(COMPANY)
    assert 'name="kept_rows" value="45"' in page.text
    assert "2026-12-24\n2026-12-31" in page.text
    assert "STOP" in admin.says  # the words that always count
    assert "Florida" in admin.says  # a place with quiet hours


async def test_a_wrong_rule_is_named_and_nothing_is_saved(office: Office, signed_in: SignedIn) -> None:
    admin = await signed_in(Role.ADMIN)
    before = await office.stores.companies.get(OURS)
    wrong = {
        "kept_rows": "181",
        "days": "1",
        "closed_days": "Christmas",
        "cap_messages": "3",
        "opt_out_scope": "channel",
    }
    page = await admin.post(COMPANY, wrong, seen=COMPANY)
    assert page.status_code == 422
    assert "Christmas" in admin.says
    assert "both numbers" in admin.says
    page = await admin.post(COMPANY, {"opt_out_scope": "channel"}, seen=COMPANY)
    assert page.status_code == 422  # no working day
    assert await office.stores.companies.get(OURS) == before


async def test_a_sender_is_added_only_when_its_provider_knows_it(office: Office, signed_in: SignedIn) -> None:
    admin = await signed_in(Role.ADMIN)
    await office.simulator.add_number(office.account, "+12125550144")
    good = {
        "channel": "sms",
        "provider": "twilio",
        "address": "(212) 555-0144",
        "rate": "2.5",
        "credentials.account_sid": office.account.sid,
        "credentials.auth_token": office.account.token,
    }
    count = len((await office.get("/v1/senders")).json()["items"])
    wrong = {**good, "credentials.auth_token": "f" * 32}
    page = await admin.post(SENDERS, wrong, seen=f"{SENDERS}/new?channel=sms")
    assert page.status_code == 422
    assert "Credentials" in admin.says
    assert office.account.token not in page.text
    page = await admin.post(SENDERS, {**good, "address": "(212) 555-0199"}, seen=f"{SENDERS}/new")
    assert page.status_code == 422  # not a number of that account
    page = await admin.post(SENDERS, {**good, "rate": "99999"}, seen=f"{SENDERS}/new")
    assert "Rate: must be above 0" in admin.says
    assert len((await office.get("/v1/senders")).json()["items"]) == count

    page = await admin.post(SENDERS, good, seen=f"{SENDERS}/new")
    assert page.status_code == 303, admin.says
    added = (await office.get("/v1/senders", params={"address": "+12125550144"})).json()["items"]
    assert [(one["address"], one["rate_per_second"]) for one in added] == [("+12125550144", 2.5)]


async def test_a_sender_is_paused_changed_checked_and_resumed(office: Office, signed_in: SignedIn) -> None:
    admin = await signed_in(Role.ADMIN)
    await admin.post(f"{SENDER}/pause", seen=SENDER)
    await admin.get(SENDER)
    assert "admin of acme paused it" in admin.says
    campaign = (await office.get("/v1/senders/sender-acme")).json()
    assert campaign["is_paused"] is True
    notices = (await office.get("/v1/notices")).json()["items"]
    assert notices == []  # who paused it knows
    await admin.post(f"{SENDER}/resume", seen=SENDER)
    assert (await office.get("/v1/senders/sender-acme")).json()["is_paused"] is False
    page = await admin.post(SENDER, {"name": "Desk", "rate": "0.5", "help_text": "Call us."}, seen=SENDER)
    assert page.status_code == 303, admin.says
    changed = (await office.get("/v1/senders/sender-acme")).json()
    assert (changed["name"], changed["rate_per_second"], changed["help_text"]) == ("Desk", 0.5, "Call us.")
    page = await admin.post(SENDER, {"rate": "-1"}, seen=SENDER)
    assert page.status_code == 422
    await admin.post(f"{SENDER}/check", seen=SENDER)
    assert "says that it can send" in admin.says
    await office.simulator.add_account(sid=office.account.sid, token=office.account.token, suspended=True)
    await admin.post(f"{SENDER}/check", seen=SENDER)
    assert "It cannot send" in admin.says


async def test_the_api_adds_pauses_and_sets_the_pace_of_senders(office: Office) -> None:
    await office.simulator.add_number(office.account, "+12125550145")
    body = {
        "channel": "sms",
        "provider": "twilio",
        "address": "212 555 0145",
        "credentials": {"account_sid": office.account.sid, "auth_token": office.account.token},
    }
    added = await office.post("/v1/senders", body)
    assert added.status_code == 201, added.text
    assert "auth_token" not in added.text
    path = f"/v1/senders/{added.json()['id']}"
    assert (await office.post(f"{path}/pause")).json()["paused_reason"] == "The API key Test paused it."
    changed = await office.call("PATCH", path, json={"rate_per_second": 3})
    assert changed.json()["rate_per_second"] == 3
    assert (await office.call("PATCH", path, json={"rate_per_second": 50_000})).status_code == 422
    refused = await office.post("/v1/senders", {**body, "credentials": {"auth_token": "x"}})
    assert [one["field"] for one in refused.json()["errors"]] == ["credentials.account_sid"]


async def test_an_endpoint_is_added_tested_paused_rotated_and_deleted(
    office: Office, signed_in: SignedIn
) -> None:
    admin = await signed_in(Role.ADMIN)
    page = await admin.post(WEBHOOKS, {"url": "http://10.0.0.1/x"}, seen=WEBHOOKS)
    assert page.status_code == 422
    types = ["reply.received", "opt_out.given"]
    fields = {"url": "https://hooks.example.com/in", "name": "CRM", "event_types": types}
    page = await admin.post(WEBHOOKS, fields, seen=WEBHOOKS)
    secret = re.search(r'value="(whsec_[^"]+)"', page.text)
    assert secret is not None
    [made] = [
        one for one in (await office.get("/v1/webhook-endpoints")).json()["items"] if one["name"] == "CRM"
    ]
    here = f"{WEBHOOKS}/{made['id']}"
    page = await admin.get(here)
    assert secret[1] not in page.text
    await admin.post(f"{here}/test", seen=here)
    await admin.get(here)
    assert "webhook: test" in admin.says
    await admin.post(f"{here}/pause", seen=here)
    endpoints = office.stores.webhook_endpoints
    assert (await endpoints.get(OURS, made["id"])).state is EndpointState.PAUSED
    await admin.post(f"{here}/resume", seen=here)
    assert (await endpoints.get(OURS, made["id"])).state is EndpointState.ACTIVE
    rotated = await admin.post(f"{here}/rotate", seen=here)
    assert "whsec_" in rotated.text
    assert secret[1] not in rotated.text
    await admin.post(here, {**fields, "url": "https://hooks.example.com/out"}, seen=here)
    assert (await endpoints.get(OURS, made["id"])).url == "https://hooks.example.com/out"
    await admin.post(f"{here}/delete", seen=here)
    assert await endpoints.find(OURS, made["id"]) is None


async def test_the_log_shows_each_try_and_sends_again(office: Office, signed_in: SignedIn) -> None:
    admin, deliveries = await signed_in(Role.ADMIN), office.stores.webhook_deliveries
    here, sent = f"{WEBHOOKS}/endpoint-{OURS}", f"{WEBHOOKS}/sent/failed"
    failed = webhook(an_endpoint(id=f"endpoint-{OURS}"), [an_event()], office.runtime.now())
    for number in range(len(DELAYS) + 1):
        failed = after_try(
            failed, Try(at=NOON, status=500, response=f"broken {number}", reason="It answered 500.")
        )
    await deliveries.save(OURS, "failed", replace(failed, id="failed"))
    page = await admin.get(f"{here}?state=failed")
    [row] = re.findall(r"<tr><th scope=\"row\">.*</tr>", page.text)
    assert sent in row
    assert all(one in row for one in ("failed", '<td class="num">9</td>', "500 It answered 500."))
    page = await admin.get(sent)
    assert "9 tries" in admin.says
    assert all(f"broken {number}" in page.text for number in range(9))
    await admin.post(f"{sent}/resend", seen=sent)
    again = await deliveries.get(OURS, "failed")
    assert (again.state, again.attempt, len(again.tries)) == (DeliveryState.WAITING, 0, 9)
    assert office.published[-1] == DeliverWebhooks(company_id=OURS, endpoint_id=f"endpoint-{OURS}")
    await deliveries.save(OURS, "failed", replace(failed, id="failed"))
    await admin.post(f"{here}/resend", {"days": "31"}, seen=here)
    await admin.get(here)
    assert "from 1 to 30" in admin.says
    await admin.post(f"{here}/resend", {"days": "2"}, seen=here)
    assert (await deliveries.get(OURS, "failed")).state is DeliveryState.WAITING
    await admin.get(here)
    assert "1 is on the way again" in admin.says
