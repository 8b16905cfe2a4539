"""The message formats that senders' providers keep, as the providers list them."""

from shared.domain.errors import Conflict
from shared.domain.templates.provider_content import ProviderContent
from shared.providers.kit.asking import ProviderUnavailable, SenderRefused
from shared.providers.kit.credentials import WrongCredentials
from shared.runtime import Runtime
from shared.storage.secrets import CredentialsMissing, SecretsUnavailable
from shared.views.kit.paging import Page, PageAsked


async def list_contents(
    runtime: Runtime, company_id: str, asked: PageAsked, *, sender_id: str
) -> Page[ProviderContent]:
    """A page of them in the provider's order; none where it keeps no formats.

    Raises NotFound, and Conflict when the provider cannot be asked or refuses the sender's credentials.
    """
    sender = await runtime.stores.senders.get(company_id, sender_id)
    try:
        contents = runtime.provider_contents(sender, await runtime.credentials(company_id, sender))
        if contents is None:
            return Page([], None)
        found = await contents.page(asked.limit, asked.after)
        return Page(list(found.items), found.next_after)
    except (CredentialsMissing, WrongCredentials, SenderRefused) as error:
        raise Conflict(str(error)) from error
    except (ProviderUnavailable, SecretsUnavailable) as error:
        raise Conflict(f"The formats could not be asked for: {error} Try again shortly.") from error
