"""What a company sees first: how to begin, and what it lacks."""

from shared.domain.companies.user import Role
from shared.usecases.companies.create_company import create_company
from tests.kit.api.office import Office
from tests.kit.builders import an_sms_sender
from tests.portal.conftest import SignedIn


async def test_a_new_company_is_told_that_it_needs_a_sender_before_it_can_send(
    office: Office, signed_in: SignedIn
) -> None:
    company = await create_company(office.runtime, "New Clinic", "America/New_York", "US")
    admin, editor = await signed_in(Role.ADMIN, company.id), await signed_in(Role.EDITOR, company.id)
    await admin.get("/")
    assert "your company needs a sender" in admin.says
    assert 'href="/settings/senders/new"' in admin.page.text
    await editor.get("/")
    assert "An admin adds one under Settings." in editor.says
    assert "/settings/senders" not in editor.page.text
    await editor.get("/files/new")
    assert "Nothing is sent by uploading." in editor.says
    assert "What kind of file is it?" not in editor.says

    await office.stores.senders.save(company.id, "one", an_sms_sender(id="one"))
    await admin.get("/")
    assert "From a file to a sent campaign" in admin.says
    assert "your company needs a sender" not in admin.says
