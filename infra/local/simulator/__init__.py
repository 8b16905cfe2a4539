"""Twilio and SendGrid on this machine: their real HTTP, fixed outcomes, signed webhooks, and a phone page."""
