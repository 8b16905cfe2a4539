"""The REST API as one ASGI application."""

from importlib import import_module
from typing import Any

from fastapi import APIRouter, FastAPI

from functions.api.kit.described import describe
from functions.api.kit.docs import FILES, docs, docs_file
from functions.api.kit.problems import answer_with_problems
from functions.api.kit.route import BodyLimit
from shared.runtime import Runtime

# By the first word of a path after /v1: the modules that have its routes. They are imported when something of
# that part is asked for, as all of them take longer than everything else an instance imports at its start.
PARTS = {
    "company": ("companies",),
    "api-keys": ("api_keys",),
    "audit-records": ("audit",),
    "senders": ("senders", "credentials"),
    "sources": ("sources", "appointments"),
    "files": ("files", "file_decisions", "file_rows"),
    "templates": ("templates",),
    "campaigns": ("campaigns", "campaign_times", "campaign_tests"),
    "pasted-lists": ("pasted_lists",),
    "broadcasts": ("broadcasts",),
    "automations": ("automations",),
    "mailboxes": ("mailboxes",),
    "sequences": ("sequences",),
    "scheduled-emails": ("scheduled_emails",),
    "sequence-plan": ("scheduled_emails", "plan_effects"),
    "quiet-hours": ("quiet_hours",),
    "previews": ("previews",),
    "fires": ("fires", "reports"),
    "messages": ("messages",),
    "notices": ("notices",),
    "failures": ("failures",),
    "replies": ("replies",),
    "opt-outs": ("opt_outs",),
    "contacts": ("contacts", "contact_page"),
    "why": ("why",),
    "contact-lists": ("contact_lists",),
    "contact-fields": ("contact_fields",),
    "segments": ("segments",),
    "contact-imports": ("contact_imports",),
    "contact-exports": ("contact_exports",),
    "contact-merges": ("contact_merges",),
    "deletions": ("deletions",),
    "webhook-endpoints": ("webhook_endpoints",),
    "webhook-deliveries": ("webhook_deliveries",),
    "reports": ("reports",),
    "status": ("status",),
    "trial": ("trial",),
}
# Cloud Run takes requests of up to 32 MiB; larger files go to Cloud Storage by link.
DIRECT_BYTES = 32 * 1024 * 1024 - 64 * 1024
DIRECT_UPLOADS = (
    *("/v1/files/upload", "/v1/sources/suggest", "/v1/opt-outs/upload"),
    "/v1/contact-imports/upload",
)


def part_of(path: str) -> str | None:
    """The part of the API that `path` belongs to; None for the documents, and for what is nowhere."""
    _, version, part, *_ = (*path.split("/"), "", "")
    return part if version == "v1" and part in PARTS else None


def routers_of(part: str | None) -> list[APIRouter]:
    """The routers of a part, or of all parts, in the order in which they are asked."""
    names = PARTS[part] if part is not None else [name for parts in PARTS.values() for name in parts]
    modules = [import_module(f"functions.api.{name}") for name in dict.fromkeys(names)]
    kinds = ("upload_router", "router")
    return [getattr(module, kind) for module in modules for kind in kinds if hasattr(module, kind)]


class _Api(FastAPI):
    def openapi(self) -> dict[str, Any]:
        return describe(self)


def build_app(runtime: Runtime, part: str | None = None) -> FastAPI:
    """The API over `runtime`: all of it with its documents, or one part of `PARTS`."""
    app = _Api(
        title="Rollcall",
        version="1",
        openapi_url="/v1/openapi.json" if part is None else None,
        docs_url=None,  # FastAPI's own page loads its script from another host; see docs.py
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.runtime = runtime
    if part is None:
        app.add_route("/v1/docs", docs)
        for name in FILES:
            app.add_route(f"/v1/docs/{name}", docs_file)
    for router in routers_of(part):
        app.router.routes += router.routes  # FastAPI's include_router builds each route a second time
    direct_bytes = min(DIRECT_BYTES, runtime.settings.max_upload_bytes)
    app.add_middleware(BodyLimit, limits=dict.fromkeys(DIRECT_UPLOADS, direct_bytes))
    answer_with_problems(app)
    return app
