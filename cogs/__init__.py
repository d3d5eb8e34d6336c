"""Every cog, in the order loaded; one that fails stops the start."""

EXTENSIONS: tuple[str, ...] = (
    "cogs.log",
    "cogs.runs",
    "cogs.cards",
    "cogs.settings",
    "cogs.club",
    "cogs.club_settings",
    "cogs.club_points",
    "cogs.imports",
    "cogs.me",
    "cogs.leaderboard",
    "cogs.privacy",
    "cogs.partners",
    "cogs.calls",
    "cogs.availability",
    "cogs.rounds",
    "cogs.help",
    "cogs.delivery",
)
