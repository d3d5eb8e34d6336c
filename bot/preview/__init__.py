"""The try mode."""

import logging

for _name in ("discord.state", "discord.client"):
    # On import simcord creates a client without intents; discord.py warns about that and about missing voice support.
    logging.getLogger(_name).setLevel(logging.ERROR)
