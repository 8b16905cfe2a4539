"""Templates: message formats."""

from shared.domain.channels.channel import Channel
from shared.domain.templates.template import Template
from shared.firestore.queries.lists import TEMPLATES
from shared.runtime import Runtime
from shared.views.kit.paging import Page, PageAsked, page_of


async def list_templates(
    runtime: Runtime,
    company_id: str,
    asked: PageAsked,
    *,
    channel: Channel | None = None,
    language: str | None = None,
    name: str | None = None,
) -> Page[Template]:
    """The company's templates that match every filter given, newest first."""
    return await page_of(
        runtime.stores.templates, company_id, asked, TEMPLATES, channel=channel, language=language, name=name
    )


async def get_template(runtime: Runtime, company_id: str, template_id: str) -> Template:
    """One template. Raises NotFound."""
    return await runtime.stores.templates.get(company_id, template_id)
