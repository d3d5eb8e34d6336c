"""Every cog, in the order loaded; one that fails stops the start."""

EXTENSIONS: tuple[str, ...] = (
    "cogs.log",
    "cogs.runs",
    "cogs.cards",
    "cogs.settings",
    "cogs.club",
    "cogs.imports",
    "cogs.me",
    "cogs.leaderboard",
    "cogs.privacy",
    "cogs.partners",
    "cogs.calls",
    "cogs.help",
    "cogs.delivery",
)
