"""A company's own words refuse and return, where they are the whole reply."""

import pytest

from shared.domain.campaigns.reply_option import Disposition, ReplyOption
from shared.domain.channels.channel import Channel
from shared.domain.contacts.opt_out import opt_out_id
from shared.domain.errors import InvalidInput
from shared.domain.messages.purpose import Purpose
from shared.domain.replies.asked import ReplyMeaning
from shared.usecases.campaigns.mark_ready import mark_ready
from shared.usecases.campaigns.save_campaign import create_campaign
from shared.usecases.companies.change_company import change_company
from tests.kit.builders import a_campaign
from tests.kit.clinic import Clinic
from tests.usecases.answers.test_answered import ANA, answers, asked


async def test_a_companys_own_words_refuse_and_return(clinic: Clinic) -> None:
    own = {"opt_out_words": ("Farewell",), "opt_in_words": ("Retour clinique",)}
    await change_company(clinic.runtime, clinic.company_id, consent=own)
    await asked(clinic)
    beside = await clinic.write(ANA, "farewell party at five")
    refused, back = await clinic.write(ANA, "FAREWELL!"), await clinic.write(ANA, "retour, Clinique")
    assert beside.consent is None
    assert (refused.meaning, back.meaning) == (ReplyMeaning.OPT_OUT, ReplyMeaning.OPT_IN)
    stored = await clinic.stores.opt_outs.get(clinic.company_id, opt_out_id(Channel("sms"), ANA))
    assert (stored.is_active, len(stored.earlier)) == (False, 1)
    [confirmed] = await answers(clinic)  # Twilio knows nothing of the word
    assert confirmed.purpose is Purpose.OPT_OUT_CONFIRMATION
    option = ReplyOption(words=("1", "farewell"), disposition=Disposition.CANCELED)
    with pytest.raises(InvalidInput, match="your company's words to refuse"):
        await create_campaign(clinic.runtime, clinic.company_id, a_campaign(reply_options=(option,)))
    with pytest.raises(InvalidInput, match="known to mean the opposite"):
        await change_company(clinic.runtime, clinic.company_id, consent={"opt_in_words": ("BAJA",)})


async def test_a_word_that_became_the_companys_own_keeps_a_draft_that_offers_it_from_being_ready(
    clinic: Clinic,
) -> None:
    await clinic.load({})
    option = ReplyOption(words=("1", "Adiós clínica"), disposition=Disposition.CANCELED)
    await clinic.save(a_campaign(reply_options=(option,)))
    await change_company(clinic.runtime, clinic.company_id, consent={"opt_out_words": ("adios clinica",)})
    with pytest.raises(InvalidInput, match=r"reply_options\[0\].*your company's words to refuse"):
        await mark_ready(clinic.runtime, clinic.company_id, "reminders")
