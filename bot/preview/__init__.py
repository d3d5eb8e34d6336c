"""The try mode."""

import logging

for _name in ("discord.state", "discord.client"):
    # simcord makes a client without intents when it is imported, which discord.py warns of, and of voice missing.
    logging.getLogger(_name).setLevel(logging.ERROR)
