"""What every template may say of the company itself, and where its law wants that said."""

from collections.abc import Iterator, Mapping

from shared.domain.campaigns.audience import Everybody, ListMembers, PeopleAudience, SegmentMembers
from shared.domain.campaigns.campaign import Campaign
from shared.domain.campaigns.content import CampaignContent
from shared.domain.campaigns.step import Step
from shared.domain.companies.company import Company
from shared.domain.templates.rendering import compile_text, fields_of

NAME, POSTAL_ADDRESS = "company_name", "company_postal_address"

# Where a mail that advertises must say where its sender can be written to, by the company's country.
POSTAL_LAWS: Mapping[str, str] = {
    "US": "the CAN-SPAM Act, 15 U.S.C. 7704(a)(5)(A)(iii)",
    "CA": "Canada's anti-spam law (S.C. 2010, c. 23, s. 6(2); SOR/2012-36, s. 2)",
    "DE": "§ 5 DDG",
    "AT": "§ 5 ECG",
}


def company_values(company: Company) -> dict[str, str]:
    """The company's fields for templates. A row's column of the same name stands in their place."""
    return {NAME: company.name, POSTAL_ADDRESS: company.postal_address}


def missing_address(content: CampaignContent, step: Step) -> Iterator[str]:
    """Why the step may not go out without the company's postal address; nothing where it may.

    A mail to lists, segments or everybody counts as advertising. One about what a row says, such as an
    appointment, and one to people who are picked one by one, do not.
    """
    template, law = content.templates[step.template_id], POSTAL_LAWS.get(content.default_region.upper())
    if law is None or not step.channel.record.shows_postal_address or not _advertises(content.campaign):
        return
    shown = compile_text(template.html or template.body, template.language, is_html=bool(template.html))
    if POSTAL_ADDRESS not in fields_of(shown):
        yield (
            f"the template {template.name!r} must say the company's postal address, as {law} asks of mail to "
            f"lists and segments: write {{{{ {POSTAL_ADDRESS} }}}} at its end"
        )


def _advertises(campaign: Campaign) -> bool:
    audience = campaign.audience
    return isinstance(audience, PeopleAudience) and any(
        isinstance(chosen, Everybody | ListMembers | SegmentMembers) for chosen in audience.include
    )
