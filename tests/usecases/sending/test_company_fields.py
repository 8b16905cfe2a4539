"""What a template says of the company itself: as it was when the campaign was made ready."""

from shared.domain.channels.channel import Channel
from shared.usecases.campaigns.save_template import edit_template
from shared.usecases.companies.change_company import change_company
from tests.kit.builders import a_step
from tests.kit.clinic import Clinic

BY_MAIL = (
    a_step(id="mail", channel=Channel("email"), template_id="mail", sender_id="mails", address_field="email"),
)
HTML = "<p>Hello {{ name }}</p><p>{{ company_name }}, {{ company_postal_address | newline_to_br }}</p>"


async def test_the_footer_says_name_and_address_as_they_were_frozen(clinic: Clinic) -> None:
    await change_company(clinic.runtime, "acme", postal_address="1 Main <Street>\nSpringfield")
    await edit_template(clinic.runtime, "acme", "mail", {"html": HTML, "body": ""})
    await clinic.load({"Email": "ana@example.com", "Patient": "Ana"})
    await clinic.ready(steps=BY_MAIL)
    await change_company(clinic.runtime, "acme", postal_address="Elsewhere")
    await clinic.fire()
    [mail] = await clinic.accepted()
    name = (await clinic.stores.companies.get("acme")).name
    assert f"{name}, 1 Main &lt;Street&gt;<br />\nSpringfield" in mail["html"]
    assert f"{name}, 1 Main <Street>" in mail["body"]
