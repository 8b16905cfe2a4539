"""Opt-outs: who has refused."""

from shared.domain.channels.channel import Channel
from shared.domain.contacts.opt_out import OptOut, OptOutSource
from shared.firestore.queries.lists import OPT_OUTS
from shared.providers.registry import own_lists
from shared.runtime import Runtime
from shared.views.kit.addresses import find_address
from shared.views.kit.paging import Page, PageAsked, among, page_of
from shared.views.refusals import read_refusals_at


async def list_opt_outs(
    runtime: Runtime,
    company_id: str,
    asked: PageAsked,
    *,
    channel: Channel | None = None,
    address: str | None = None,
    source: OptOutSource | None = None,
    is_active: bool | None = None,
) -> Page[OptOut]:
    """Refusals that match every filter given, ended ones too, the last changed first.

    `address` is in any spelling. Raises InvalidInput for one that is none.
    """
    opt_outs = runtime.stores.opt_outs
    if address is None:
        return await page_of(
            opt_outs, company_id, asked, OPT_OUTS, channel=channel, source=source, is_active=is_active
        )
    found = await find_address(runtime, company_id, address, channel)
    kept = (await read_refusals_at(runtime, company_id, found)).values()  # few
    chosen = [
        one
        for one in kept
        if channel in (None, one.channel)
        and source in (None, one.source)
        and is_active in (None, one.is_active)
    ]
    return among(chosen, asked, lambda opt_out: opt_out.changed_at)


def provider_note(opt_out: OptOut) -> str:
    """What its provider keeps of it besides, and how that ends there; also of one that was ended here."""
    return " ".join(own_lists(opt_out))


async def get_opt_out(runtime: Runtime, company_id: str, opt_out_id: str) -> OptOut:
    """One refusal. Raises NotFound."""
    return await runtime.stores.opt_outs.get(company_id, opt_out_id)
