"""The REST API as one ASGI application."""

from fastapi import FastAPI

from functions.api import (
    api_keys,
    campaigns,
    companies,
    failures,
    files,
    fires,
    messages,
    opt_outs,
    previews,
    replies,
    reports,
    senders,
    sources,
    templates,
)
from functions.api.problems import answer_with_problems
from functions.api.route import BodyLimit
from shared.runtime import Runtime

ROUTERS = (
    companies.router,
    api_keys.router,
    senders.router,
    sources.upload_router,
    sources.router,
    files.upload_router,
    files.router,
    templates.router,
    campaigns.router,
    previews.router,
    fires.router,
    messages.router,
    failures.router,
    replies.router,
    opt_outs.router,
    reports.router,
)


def build_app(runtime: Runtime) -> FastAPI:
    """The API over `runtime`."""
    app = FastAPI(
        title="Rollcall",
        version="1",
        description=__doc__,
        openapi_url="/v1/openapi.json",
        docs_url=None,  # FastAPI's page loads its script from another host
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.runtime = runtime
    for router in ROUTERS:
        app.include_router(router)
    direct_bytes = min(files.DIRECT_BYTES, runtime.settings.max_upload_bytes)
    limits = {"/v1/files/upload": direct_bytes, "/v1/sources/suggest": direct_bytes}
    app.add_middleware(BodyLimit, limits=limits)
    answer_with_problems(app)
    return app
