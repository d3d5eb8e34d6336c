"""Every cog by its subject, in load order; a cog that fails to load stops the start."""

SUBJECTS: dict[str, tuple[str, ...]] = {
    "runs": ("log", "runs", "run_buttons", "cheers", "imports", "table_imports"),
    "members": ("settings", "privacy", "retention"),
    "clubs": ("club", "club_settings", "club_points", "club_boards", "reviews", "club_previews", "digest"),
    "progress": ("me", "rewind", "help"),
    "boards": ("leaderboard", "live_board", "follows"),
    "records": ("records",),
    "challenges": ("challenges", "challenge_teams"),
    "badges": ("badges", "badge_roles"),
    "partners": ("partners", "trust_and_blocks", "question_buttons", "availability"),
    "outings": ("call_buttons", "outing_buttons"),
    "safety": ("alerts", "quiet_alarms", "contacts"),
    "rounds": ("rounds",),
    "reminders": ("reminders", "reminder_messages"),
    "nudges": ("nudges", "nudge_settings", "streaks", "come_back"),
    "messages": ("fallbacks", "edits"),
}
EXTENSIONS: tuple[str, ...] = tuple(f"cogs.{subject}.{cog}" for subject, cogs in SUBJECTS.items() for cog in cogs)
