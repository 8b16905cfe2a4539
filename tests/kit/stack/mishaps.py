"""Everything at our doors that goes wrong and carries what no log may hold."""

import base64
import json

import aiohttp

from infra.local.stack import Stack
from tests.kit.stack.office import stack_runtime

NUMBER = "+12125559876"
ADDRESS = "quentin.mishap@north-clinic.com"
TEXT = "Quentin Mishap wrote these words"
WRONG_TOKEN = "wrong-caller-token-of-a-mishap"
WRONG_KEY = "rk_mishap_key_0123456789abcdef0123456789abcdef"
BROKEN = "broken-by-a-mishap"


async def knock(stack: Stack, company_id: str, sender_id: str, key: str) -> None:
    """Unsigned webhooks, wrong API calls, wrong callers, and jobs that cannot be read or done."""
    async with aiohttp.ClientSession() as http:
        await _unsigned_webhooks(stack, http, company_id, sender_id)
        await _wrong_calls(stack, http, key)
        await _wrong_jobs(stack, http, company_id)


async def _unsigned_webhooks(
    stack: Stack, http: aiohttp.ClientSession, company_id: str, sender_id: str
) -> None:
    base = f"{stack.addresses.functions['messages']}/messages"
    form = {"From": NUMBER, "To": NUMBER, "Body": TEXT, "MessageSid": "SM1", "AccountSid": "AC1"}
    for company in (company_id, NUMBER, f"__{NUMBER}__", f"x/{ADDRESS}"):
        query = {"company": company, "sender": sender_id}
        for route in ("incoming", "status", "events"):
            headers = {"X-Twilio-Signature": "bWlzaGFw"}
            async with http.post(f"{base}/{route}", params=query, data=form, headers=headers) as answer:
                assert answer.status == 403


async def _wrong_calls(stack: Stack, http: aiohttp.ClientSession, key: str) -> None:
    api = f"{stack.addresses.functions['api']}/v1"
    good = {"Authorization": f"Bearer {key}"}
    calls: list[tuple[str, str, dict[str, str], object]] = [
        ("POST", "/sources", good, f"{{ {NUMBER} {TEXT}"),
        ("POST", "/templates", good, {"name": ADDRESS, "channel": NUMBER, "body": TEXT}),
        ("POST", "/opt-outs", good, {"channel": "sms", "address": NUMBER + "x", ADDRESS: TEXT}),
        ("GET", f"/messages?phone={NUMBER}&email={ADDRESS}", good, None),
        ("GET", f"/people/{ADDRESS}/{NUMBER}", good, None),
        ("GET", f"/fires/{NUMBER}", good, None),
        ("GET", "/fires", {"Authorization": f"Bearer {WRONG_KEY}"}, None),
        ("GET", f"/fires?key={key}", {}, None),
        ("PUT", "/senders/nobody/credentials", good, {"auth_token": WRONG_TOKEN}),
    ]
    for method, path, headers, body in calls:
        data = body if isinstance(body, str) else json.dumps(body)
        headers = headers | {"Content-Type": "application/json"}
        async with http.request(method, api + path, headers=headers, data=data) as answer:
            assert 400 <= answer.status < 500, (path, answer.status)


async def _wrong_jobs(stack: Stack, http: aiohttp.ClientSession, company_id: str) -> None:
    token = stack.settings_env["ROLLCALL_CALLER_TOKEN"]
    async with stack_runtime(stack) as runtime:
        batch = runtime.stores.batches.ref(company_id, BROKEN)
        names = dict.fromkeys(("fire_id", "sender_id"), BROKEN)
        ours = {"id": BROKEN, "company_id": company_id, "message_ids": [], "planned_start": runtime.now()}
        # What is no state is quoted by the error.
        await batch.set(ours | names | {"state": f"{NUMBER} {ADDRESS} {TEXT}"})
    wanted = {"company_id": company_id, "batch_id": BROKEN}
    crashing = {"message": {"data": base64.b64encode(json.dumps(wanted).encode()).decode()}}
    unreadable = {"message": {"data": NUMBER, "attributes": {"body": TEXT}}}
    for given, job, status in (
        (WRONG_TOKEN, crashing, 403),
        (token, unreadable, 204),
        (token, crashing, 500),
    ):
        url = stack.addresses.functions["send_batch"]
        async with http.post(url, params={"token": given}, json=job) as answer:
            assert answer.status == status
