"""What there is to set."""

from starlette.responses import Response

from functions.portal.kit.pages import Pages
from functions.portal.kit.visit import Visit
from shared.domain.companies.api_key import Scope

pages = Pages()
# Everything there is, in the order in which a new company needs it: page, name, and what for.
SETTINGS = (
    ("/settings/users", "Users", "Who may work here, and in which role."),
    ("/settings/sign-in", "How they sign in", "A second factor; your company's own accounts."),
    ("/settings/approval", "A second person's approval", "For which campaigns somebody else must agree."),
    (
        "/settings/company",
        "Your company",
        "Working days, contact hours, what STOP does, how long things stay.",
    ),
    ("/settings/senders", "Senders", "The numbers and mailboxes that messages come from."),
    ("/settings/api-keys", "API keys", "What your programs call Rollcall with."),
    ("/settings/webhooks", "Webhooks", "Where your systems are told of what happens."),
    ("/settings/trial", "Trial", "Whom a company in trial may send to."),
    ("/settings/audit", "Audit log", "Who changed what, when, and from where."),
)


@pages.get("/settings", Scope.ADMIN)
async def show_settings(visit: Visit) -> Response:
    """All of it, each with what it is for."""
    return visit.page("settings/settings.html", settings=SETTINGS)
