"""Make the links by which a company's people see and refuse what they get."""

from shared.domain.contacts.preference_link import Links
from shared.runtime import Runtime


def make_links(runtime: Runtime, company_id: str) -> Links:
    """What makes them, from our public address and key. It reads nothing."""
    settings = runtime.settings
    return Links(public_url=settings.public_url, key=settings.link_keys[0], company_id=company_id)
