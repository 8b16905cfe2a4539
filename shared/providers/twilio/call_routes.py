"""Where Twilio tells us of calls, under /messages."""

ANSWERED_PATH = "voice/answered"  # somebody took a call: what does it say?
KEYS_PATH = "voice/keys"  # a key was pressed
CALL_STATUS_PATH = "voice/status"
ROUND, WRONG = "round", "wrong"  # in the address that a key is posted to
