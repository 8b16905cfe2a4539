"""The portal as one ASGI application, part by part: a page's modules are imported when it is asked for."""

from importlib import import_module
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Route

from functions.crashes import Crashes
from functions.portal.kit.errors import error_page, fault_page
from functions.portal.kit.statics import serve_static
from functions.problems import Refusal
from functions.refusals import BUSY
from shared.domain.errors import RollcallError
from shared.runtime import Runtime

# By the first word of a path: the modules that have its pages.
PARTS = {
    "": ("home",),
    "health": ("health",),
    "sign-in": ("sign_in", "oidc"),
    "sign-out": ("sign_in",),
    "invitation": ("invitations",),
    "account": ("account", "second_factor"),
    "files": ("uploads", "files", "file_rows", "rejected_rows", "file_decisions"),
    "sources": ("sources",),
    "templates": ("message_templates",),
    "campaigns": (
        *(
            "audience_counts",
            "campaign_forms",
            "campaigns",
            "campaign_effects",
            "campaign_actions",
            "campaign_tests",
        ),
        "campaign_steps",
    ),
    "sequences": (
        *("sequence_effects", "sequence_forms", "sequence_calendar", "sequence_steps", "sequence_people"),
        "sequences",
    ),
    "mailboxes": ("mailboxes",),
    "automations": (
        *("automation_drafts", "automation_steps", "automation_moves"),
        *("automation_entries", "automation_settings"),
        *("automations", "automation_people", "automation_actions"),
    ),
    "previews": ("previews",),
    "fires": ("fires", "fire_live", "fire_groups", "fire_resend"),
    "broadcasts": ("broadcast_forms", "broadcasts", "campaign_tests"),
    "why": ("why",),
    "contacts": ("contact_search", "contact_bulk", "contact_forms", "contacts"),
    "lists": ("contact_lists",),
    "segments": ("segments",),
    "imports": ("contact_imports",),
    "opt-outs": ("opt_outs",),
    "inbox": ("saved_replies", "inbox_list", "inbox"),
    "board": ("board",),
    "reports": ("reports",),
    "settings": (
        *("settings", "users", "sign_in_settings", "approval_settings", "company_settings"),
        *(
            "sender_settings",
            "sender_effects",
            "api_keys",
            "webhook_settings",
            "webhook_log",
            "audit_log",
            "trial_settings",
        ),
    ),
}


def part_of(path: str) -> str | None:
    """The part of the portal that `path` belongs to; None for static files, and for what is nowhere."""
    part = path.split("/")[1] if path.startswith("/") else ""
    return part if part in PARTS else None


def routes_of(part: str | None) -> list[BaseRoute]:
    """The pages of a part; static files are in each."""
    names = PARTS[part] if part is not None else ()
    modules = [import_module(f"functions.portal.{name}") for name in names]
    own = [route for module in modules for route in module.pages.routes]
    return [Route("/static/{name}", serve_static), *own]


def build_portal(runtime: Runtime, part: str | None) -> Starlette:
    """One part of the portal over `runtime`."""
    handlers = dict.fromkeys((Refusal, RollcallError, HTTPException, *BUSY), error_page)
    crashes = Middleware(Crashes, answer=fault_page, headers=headers_of(runtime))
    app = Starlette(routes=routes_of(part), exception_handlers=handlers, middleware=[crashes])
    app.router.redirect_slashes = False
    app.state.runtime = runtime
    return app


def headers_of(runtime: Runtime) -> list[tuple[bytes, bytes]]:
    """What every answer says: nothing of another site's, nothing inline, in no other site's frame."""
    storage = urlsplit(runtime.settings.storage_public_url)
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        f"connect-src 'self' {storage.scheme}://{storage.netloc}; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'"
    )
    headers = {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Strict-Transport-Security": "max-age=31536000",  # browsers heed it over https only
        "Cache-Control": "no-store",  # a company's data: nobody on the way may keep it
    }
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()]
