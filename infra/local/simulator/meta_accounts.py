"""Meta's accounts: who signs in, and for which page or Instagram account."""

import hashlib
import hmac
import sqlite3

from aiohttp import web

from infra.local.simulator.faults import Refusals
from infra.local.simulator.store import Store

ACCOUNT_MARK = "meta:"  # before the address, where a message says whose account sent it


class MetaRefusal(Exception):
    """An error as Meta words it. https://developers.facebook.com/docs/graph-api/guides/error-handling"""

    def __init__(self, status: int, code: int, subcode: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.subcode = subcode

    def response(self) -> web.Response:
        """The answer that says it."""
        error = {"message": str(self), "type": "OAuthException", "code": self.code, "fbtrace_id": "Simulated"}
        if self.subcode:
            error["error_subcode"] = self.subcode
        return web.json_response({"error": error}, status=self.status)


NO_TOKEN = MetaRefusal(400, 190, 0, "Invalid OAuth access token.")
NO_PROOF = MetaRefusal(400, 100, 0, "Invalid appsecret_proof provided in the API argument")
NOT_THERE = MetaRefusal(400, 100, 33, "Unsupported request: the object does not exist or may not be used")
NOBODY = MetaRefusal(400, 100, 2018001, "No matching user found")
OUTSIDE_WINDOW = MetaRefusal(400, 10, 2018278, "This message is sent outside of allowed window.")
NOT_AVAILABLE = MetaRefusal(400, 551, 1545041, "This person isn't available right now.")
TOO_MANY = MetaRefusal(400, 613, 0, "Calls to this api have exceeded the rate limit.")
SERVER_ERROR = MetaRefusal(500, 2, 0, "An unexpected error has occurred. Please retry your request later.")
REFUSALS = Refusals(throttled=TOO_MANY.response, error=SERVER_ERROR.response)


def signed_in(store: Store, request: web.Request) -> sqlite3.Row:
    """The account whose token the request has. Raises MetaRefusal.

    https://developers.facebook.com/docs/graph-api/guides/secure-requests
    """
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    account = store.row("SELECT * FROM meta_accounts WHERE token = ?", token or "-")
    if account is None:
        raise NO_TOKEN
    proof = hmac.new(account["app_secret"].encode(), token.encode(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(request.query.get("appsecret_proof", ""), proof):
        raise NO_PROOF
    return account


def node_of(account: sqlite3.Row) -> str:
    """The id by which calls name the account: its page's, where it is linked to one."""
    return str(account["page"] or id_of(account["address"]))


def id_of(address: str) -> str:
    """An address without its channel."""
    return address.partition(":")[2]


def account_of(store: Store, address: str) -> sqlite3.Row | None:
    """The account with this address, such as messenger:1234567890."""
    return store.row("SELECT * FROM meta_accounts WHERE address = ?", address)
