"""What templates name of a campaign that asks for several rows in one message."""

# The list of its rows, each with its fields and its number: {% for one in appointments %}{{ one.number }} …
APPOINTMENTS, NUMBER = "appointments", "number"
