"""The REST API as one ASGI application."""

from functools import partial

from fastapi import FastAPI

from functions.api import (
    api_keys,
    campaign_times,
    campaigns,
    companies,
    credentials,
    deletions,
    failures,
    file_decisions,
    file_rows,
    files,
    fires,
    messages,
    notices,
    opt_outs,
    previews,
    replies,
    reports,
    senders,
    sources,
    templates,
)
from functions.api.kit.described import describe
from functions.api.kit.docs import FILES, docs, docs_file
from functions.api.kit.problems import answer_with_problems
from functions.api.kit.route import BodyLimit
from shared.runtime import Runtime

ROUTERS = (
    companies.router,
    api_keys.router,
    senders.router,
    credentials.router,
    sources.upload_router,
    sources.router,
    files.upload_router,
    files.router,
    file_decisions.router,
    file_rows.router,
    templates.router,
    campaigns.router,
    campaign_times.router,
    previews.router,
    fires.router,
    messages.router,
    notices.router,
    failures.router,
    replies.router,
    opt_outs.upload_router,
    opt_outs.router,
    deletions.router,
    reports.router,
)


def build_app(runtime: Runtime) -> FastAPI:
    """The API over `runtime`."""
    app = FastAPI(
        title="Rollcall",
        version="1",
        openapi_url="/v1/openapi.json",
        docs_url=None,  # FastAPI's own page loads its script from another host; see docs.py
        generate_unique_id_function=lambda route: route.name,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.runtime = runtime
    app.openapi = partial(describe, app)  # type: ignore[method-assign]  # FastAPI's own way to extend it
    app.add_route("/v1/docs", docs)
    for name in FILES:
        app.add_route(f"/v1/docs/{name}", docs_file)
    for router in ROUTERS:
        app.include_router(router)
    direct_bytes = min(files.DIRECT_BYTES, runtime.settings.max_upload_bytes)
    uploads = ("/v1/files/upload", "/v1/sources/suggest", "/v1/opt-outs/upload")
    limits = dict.fromkeys(uploads, direct_bytes)
    app.add_middleware(BodyLimit, limits=limits)
    answer_with_problems(app)
    return app
