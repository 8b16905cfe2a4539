"""Twilio's HTTP for messaging services: how they are set, their pools, and what carriers were told.

https://www.twilio.com/docs/messaging/api/service-resource
"""

import sqlite3
from datetime import UTC, datetime

from aiohttp import web

from infra.local.simulator.store import Store
from infra.local.simulator.twilio_accounts import signed_in
from infra.local.simulator.twilio_pages import page_of
from infra.local.simulator.twilio_pool import pool_of
from infra.local.simulator.twilio_refusal import TwilioRefusal


class TwilioServicesApi:
    """The handlers. At Twilio they are on a host of their own: messaging.twilio.com."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def routes(self) -> list[web.RouteDef]:
        """Every path."""
        service = "/v1/Services/{sid}"
        return [
            web.get(service, self.show_service),
            web.get(f"{service}/PhoneNumbers", self.list_numbers),
            web.get(f"{service}/ShortCodes", self.list_codes),
            web.get(f"{service}/AlphaSenders", self.list_names),
            web.get(f"{service}/Compliance/Usa2p", self.list_campaigns),
            web.get("/v1/Tollfree/Verifications", self.list_verifications),
        ]

    async def show_service(self, request: web.Request) -> web.StreamResponse:
        """One service of the account."""
        service = self._service(request)
        moment = datetime.fromtimestamp(self._store.now(), UTC)
        now = moment.isoformat(timespec="seconds").replace("+00:00", "Z")
        return web.json_response(
            {
                "sid": service["sid"],
                "account_sid": service["account"],
                "friendly_name": "Simulated service",
                "date_created": now,
                "date_updated": now,
                "inbound_request_url": service["inbound_url"] or None,
                "inbound_method": "POST",
                "status_callback": None,
                "sticky_sender": bool(service["sticky"]),
                "smart_encoding": bool(service["smart_encoding"]),
                "validity_period": 36_000,
                "us_app_to_person_registered": service["campaign"] == "VERIFIED",
                "use_inbound_webhook_on_number": False,
                "url": str(request.url),
            }
        )

    async def list_numbers(self, request: web.Request) -> web.StreamResponse:
        """The numbers of the pool, on one page."""
        return self._pool(request, "phone_numbers", "phone_number", is_code=False)

    async def list_codes(self, request: web.Request) -> web.StreamResponse:
        """The short codes of the pool, on one page."""
        return self._pool(request, "short_codes", "short_code", is_code=True)

    async def list_names(self, request: web.Request) -> web.StreamResponse:
        """Names in place of numbers: there are none."""
        self._service(request)
        return page_of(request, "alpha_senders", [])

    async def list_campaigns(self, request: web.Request) -> web.StreamResponse:
        """The campaign that was registered with US carriers, if any."""
        service = self._service(request)
        campaign = {"sid": "QE" + "0" * 32, "campaign_status": service["campaign"]}
        return page_of(request, "compliance", [campaign] if service["campaign"] else [])

    async def list_verifications(self, request: web.Request) -> web.StreamResponse:
        """The verifications of a toll-free number, by its id."""
        found = self._store.rows(
            "SELECT toll_free_states.state FROM toll_free_states JOIN numbers USING (number) "
            "WHERE account = ? AND sid = ?",
            signed_in(self._store, request),
            request.query.get("TollfreePhoneNumberSid", ""),
        )
        return page_of(
            request, "verifications", [{"sid": "HH" + "0" * 32, "status": row["state"]} for row in found]
        )

    def _service(self, request: web.Request) -> sqlite3.Row:
        account, sid = signed_in(self._store, request), request.match_info["sid"]
        service = self._store.row("SELECT * FROM services WHERE sid = ? AND account = ?", sid, account)
        if service is None:
            raise TwilioRefusal(404, 20404, f"The requested resource {request.path} was not found")
        return service

    def _pool(self, request: web.Request, key: str, name: str, *, is_code: bool) -> web.Response:
        service = self._service(request)
        found = []
        for number in pool_of(self._store, service["sid"]):
            owned = self._store.row("SELECT sid FROM numbers WHERE number = ?", number)
            if owned is not None and number.isdecimal() is is_code:
                country = "US" if is_code or number.startswith("+1") else ""
                shown = {"sid": owned["sid"], "service_sid": service["sid"], name: number}
                found.append({**shown, "country_code": country, "capabilities": ["SMS"]})
        return page_of(request, key, found)
