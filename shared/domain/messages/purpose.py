"""What a message is for: a campaign, an answer to what one person did, or a test."""

from enum import StrEnum


class Purpose(StrEnum):
    """Why a message exists. All but the first belong to a standing fire (shared/domain/fires/standing.py)."""

    CAMPAIGN = "campaign"
    ACKNOWLEDGEMENT = "acknowledgement"  # of an answer
    OPT_OUT_CONFIRMATION = "opt_out_confirmation"  # the one message that a refusal lets through
    HELP = "help"
    LIST_CONFIRMATION = "list_confirmation"  # asks somebody once whether they want to be on a list
    WRITTEN = "written"  # by somebody of the company, to who wrote
    TRIAL_CODE = "trial_code"  # by which an address is verified: the one message a trial lets through
    TEST = "test"  # what somebody of the company has sent to their own address: in no campaign's ledger


BY_ITSELF = (Purpose.ACKNOWLEDGEMENT, Purpose.OPT_OUT_CONFIRMATION, Purpose.HELP)  # to what somebody wrote
TESTING = (Purpose.TEST,)
ANSWERING = tuple(one for one in Purpose if one not in (Purpose.CAMPAIGN, *TESTING))
