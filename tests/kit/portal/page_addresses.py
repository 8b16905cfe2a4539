"""The address of every page of the portal, as its routes have them."""

import re
from collections.abc import Mapping

from functions.portal.kit.app import PARTS, routes_of
from functions.portal.kit.pages import PageRoute

# Files that are downloaded, what needs another's token, and what only leads elsewhere.
NO_PAGES = (
    "/files/{file_id}/rejected.csv",
    "/fires/{fire_id}/messages.csv",
    "/contacts/export.csv",
    "/contacts/export.xlsx",
    "/imports/{import_id}/rejected.csv",
    "/imports/{import_id}/left.csv",
    "/board/day.csv",
    "/reports/recipients.csv",
    "/settings/audit/log.csv",
    "/sign-in/with/{company_id}",
    "/sign-in/callback",
    "/sign-in/code",
    "/invitation/{token}",
    "/account/second-factor/code",
)
# What stands in the places of addresses, as "{file_id}".
NOUNS = (
    *("file", "source", "campaign", "preview", "fire", "failure", "reply", "user", "message"),
    *("contact", "list", "segment", "import", "saved", "broadcast", "key", "sender", "endpoint", "delivery"),
    *("automation", "enrollment", "version", "sequence", "mailbox", "enrolling", "effect", "resend"),
)
_PLACE = re.compile(r"\{(\w+)(?::int)?\}")


def page_paths() -> list[str]:
    """The path of each page that is looked at, with its places for ids."""
    routes = (route for part in PARTS for route in routes_of(part) if isinstance(route, PageRoute))
    return list(
        dict.fromkeys(one.path for one in routes if one.page_method == "GET" and one.path not in NO_PAGES)
    )


def filled(path: str, ids: Mapping[str, str]) -> str:
    """The path with these ids in its places. Raises KeyError for a place that none is given for."""
    return _PLACE.sub(lambda place: ids[place[1]], path)
