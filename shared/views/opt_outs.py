"""Opt-outs: who has refused."""

from shared.domain.channels.channel import Channel
from shared.domain.contacts.opt_out import OptOut, OptOutSource
from shared.providers.registry import own_lists
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
    source: OptOutSource | None = None,
) -> Page[OptOut]:
    """Refusals that match every filter given, ended ones too. `address` is in its one form: +12125550187."""
    return await page_of(
        runtime.stores.opt_outs,
        company_id,
        asked,
        channel=channel,
        address=address,
        is_active=is_active,
        source=source,
    )


def provider_note(opt_out: OptOut) -> str:
    """What its provider keeps of it besides, and how that ends there; also of one that was ended here."""
    learned = opt_out.source
    if not opt_out.is_active and opt_out.earlier:
        learned = opt_out.earlier[-1].source
    return " ".join(own_lists(opt_out.channel, learned))


async def get_opt_out(runtime: Runtime, company_id: str, opt_out_id: str) -> OptOut:
    """One refusal. Raises NotFound."""
    return await runtime.stores.opt_outs.get(company_id, opt_out_id)
