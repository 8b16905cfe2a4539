"""The start: what is under way, and what waits for somebody."""

import asyncio

from starlette.responses import Response

from functions.portal.kit.pages import Pages
from functions.portal.kit.visit import Visit
from shared.domain.companies.api_key import Scope
from shared.domain.files.file import FileHold
from shared.domain.replies.asked import Flag
from shared.views.campaigns import list_campaigns
from shared.views.files import list_files
from shared.views.job_way import job_way
from shared.views.kit.paging import PageAsked
from shared.views.notices import list_notices
from shared.views.replies import list_replies
from shared.views.senders import list_senders

pages = Pages()
SHOWN = 5


@pages.get("/", Scope.READ)
async def show_home(visit: Visit) -> Response:
    """What is urgent, the newest campaigns and files, the replies that wait, and notices nobody has read."""
    runtime, company_id, asked = visit.runtime, visit.company_id, PageAsked(SHOWN)
    campaigns, files, replies, urgent, notices, way = await asyncio.gather(
        list_campaigns(runtime, company_id, asked),
        list_files(runtime, company_id, asked),
        list_replies(runtime, company_id, asked, waits=True),
        list_replies(runtime, company_id, asked, waits=True, flag=Flag.DANGER),
        list_notices(runtime, company_id, asked, is_read=False),
        job_way(runtime),
    )
    is_new = not campaigns.items and not files.items
    senders = (await list_senders(runtime, company_id, PageAsked(1))).items if is_new else []
    return visit.page(
        "home/home.html",
        campaigns=campaigns.items,
        files=files.items,
        held=[file for file in files.items if file.hold is FileHold.HELD],
        replies=replies.items,
        urgent=urgent.items,
        notices=notices.items,
        job_way=way,
        is_new=is_new,
        has_sender=bool(senders),
    )
