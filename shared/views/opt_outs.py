"""Opt-outs: who has refused."""

from shared.domain.channels.channel import Channel
from shared.domain.contacts.opt_out import OptOut
from shared.runtime import Runtime
from shared.views.kit.paging import Page, PageAsked, page_of


async def list_opt_outs(
    runtime: Runtime,
    company_id: str,
    asked: PageAsked,
    *,
    channel: Channel | None = None,
    address: str | None = None,
    is_active: bool | None = None,
) -> Page[OptOut]:
    """Refusals that match every filter given, ended ones too. `address` is in its one form: +12125550187."""
    return await page_of(
        runtime.stores.opt_outs, company_id, asked, channel=channel, address=address, is_active=is_active
    )


async def get_opt_out(runtime: Runtime, company_id: str, opt_out_id: str) -> OptOut:
    """One refusal. Raises NotFound."""
    return await runtime.stores.opt_outs.get(company_id, opt_out_id)
