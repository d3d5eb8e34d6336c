"""What `make shots` photographs: one scene for each subject, played by people of the demo club."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from bot.preview.club import NEWCOMER, ORGANISER, VISITORS
from bot.preview.partners import CALL_ID
from tests.preview import browser
from tests.preview.camera import Camera

NELL, JONAS, SAM = VISITORS


async def runs(at: Camera) -> None:
    """Logging, correcting, listing and importing runs."""
    nell = await at.enter("#runs")
    await at.whole("runs-room")
    await at.form(nell, "log:open", "log-card-form")
    await at.form(nell, "import:upload", "log-card-upload")
    await nell.run("log", distance="5k", time="27:30", direction="backward")
    await at.messages("log-noted", 2)
    await nell.run("log", run="8k in 44:10 forward yesterday 7am")
    await at.messages("log-forward")
    await at.form(nell, "run:edit", "run-edit-form")
    await nell.tap("run:share")
    await at.messages("run-sharing")
    await nell.run("log", distance="5k", time="27:30", pace="9:00")
    await at.messages("log-refused")
    await at.form(nell, "log:fix", "log-fix-form")
    await nell.run("log", distance="100m", time="0:05", direction="backward")
    await at.messages("log-doubted")
    await nell.run("runs list")
    await at.messages("runs-list")
    await nell.run("runs import", files={"file": ("morning.tcx", laps(datetime.now(UTC) - timedelta(days=9)))})
    await at.messages("import-laps")
    await nell.tap("import:all")
    await at.messages("import-done")
    await browser.run(at.page, "log")
    await at.opened("log-form")


async def first(at: Camera) -> None:
    """What somebody sees whom the bot has never met."""
    robin = await at.enter("#runs", NEWCOMER)
    for command in ("help", "me", "runs list"):
        await robin.run(command)
        await at.messages(f"new-{command.replace(' ', '-')}")
    await robin.run("log", distance="3k", time="19:30")
    await at.messages("new-log-which-way")
    await robin.tap("run:face")
    await at.messages("new-log-first", 3)


async def standing(at: Camera) -> None:
    """Totals, charts, boards."""
    nell = await at.enter("#leaderboard")
    await nell.run("me")
    await at.messages("me")
    for page in ("year", "trend"):
        await nell.tap(f"me:page:v1:{page}")
        await at.messages(f"me-{page}")
    await nell.run("rewind")
    await at.messages("rewind")
    await nell.tap("rewind:share")
    await at.messages("rewind-shared")
    await nell.run("me")
    await nell.tap("records:show")
    await at.messages("me-bests")
    await nell.run("leaderboard")
    await at.messages("leaderboard")
    await nell.run("leaderboard", direction="backward", period="year")
    await at.messages("leaderboard-year")
    await nell.run("badges")
    await at.messages("badges")
    await nell.tap(f"badges:show:v1:{NELL.user_id}:up")
    await at.messages("badges-all")
    await nell.run("badges", whose="club")
    await at.messages("badges-club")


async def challenges(at: Camera) -> None:
    """A goal of the club, as a participant and as an organiser see it."""
    nell = await at.enter("#leaderboard")
    await nell.run("challenge show")
    await at.messages("challenge-show")
    await nell.run("challenge list")
    await at.messages("challenge-list")
    organiser = await at.enter("#leaderboard", ORGANISER)
    await organiser.run("challenge show")
    await organiser.tap("challenge:here")
    await at.messages("challenge-card")
    await browser.run(at.page, "challenge create")
    await at.opened("challenge-form")


async def reminders(at: Camera) -> None:
    """Reminders, made and due."""
    nell = await at.enter(NELL.name)
    await nell.run("remind me", when="every tue and thu 6:30", what="Calf raises")
    await at.messages("remind-every")
    await nell.run("remind me", when="in 20 minutes", what="Long run")
    await at.messages("remind-once")
    await at.form(nell, "remind:edit", "remind-edit-form")
    await nell.run("remind me", when="yesterday", what="Long run")
    await at.messages("remind-refused")
    await at.form(nell, "remind:fix", "remind-fix-form")
    await nell.run("remind list")
    await at.messages("remind-list")
    await nell.advance()
    await nell.look()
    await at.messages("remind-due")


async def settings(at: Camera) -> None:
    """A member's settings, help, privacy."""
    nell = await at.enter(NELL.name)
    await nell.run("help")
    await at.messages("help")
    await nell.tap("help:all")
    await at.messages("help-all")
    await nell.run("settings")
    await at.messages("settings")
    await at.form(nell, "settings:zone", "settings-zone-form")
    await nell.tap("nudging:open")
    await at.messages("settings-nudges")
    await nell.run("settings", pause="in 3 weeks", why="injury")
    await at.messages("settings-pause")
    await nell.run("privacy policy")
    await at.messages("privacy-policy")
    await nell.run("privacy export")
    await at.messages("privacy-export")
    await nell.run("privacy erase")
    await at.messages("privacy-erase")


async def partners(at: Camera) -> None:
    """The partners card, a call, whom one trusts."""
    nell = await at.enter("#partners")
    await at.messages("partners-call", 3)
    await at.form(nell, "call:new", "call-form")
    await nell.tap("avail:open")
    await at.messages("availability")
    await nell.run("partner contact")
    await at.messages("contact")
    await nell.run("partner trust")
    await at.messages("trust")
    await nell.run("partner block")
    await at.messages("block")
    await nell.run("partner find", place="Meadow, old oak", when="yesterday 18:30", role="backward")
    await at.messages("find-refused")
    await at.form(nell, "call:fix", "find-fix-form")
    await nell.run("partner mine")
    await at.messages("mine")


async def outing(at: Camera) -> None:
    """An outing from the call to the alarm and home."""
    nell = await at.enter("#partners")
    await nell.run("partner find", place="Stadium, main gate", when="in 5 minutes", role="swap", distance="3k")
    await at.messages("call-posted", 2)
    sam = await at.enter("#partners", SAM)
    await sam.tap(f"call:join:v1:{CALL_ID + 1}:spotter")
    await at.messages("call-joined")
    if sam.control("call:confirm"):
        await sam.tap("call:confirm")
    nell = await at.enter("#partners")
    await at.messages("call-settled", 2)
    await nell.tap("call:more")
    await at.messages("outing-more")
    await nell.tap("outing:checkin")
    await at.messages("outing-check-in")
    await nell.tap("outing:all")
    await at.messages("outing-out")
    await nell.tap("outing:extend")
    await at.messages("outing-extend")
    await nell.advance()
    await at.enter(SAM.name, SAM)
    await at.messages("outing-half-time")
    await nell.advance()
    letters = await at.enter(NELL.name)
    await at.messages("outing-are-you-home", 2)
    maren = await at.enter("#organisers", ORGANISER)
    await maren.look()
    await at.messages("alert")
    await maren.look()
    if maren.control("alert:taking"):
        await maren.tap("alert:taking")
        await at.messages("alert-taken")
    await at.enter(NELL.name)
    await letters.look()
    await letters.tap("outing:home")
    await at.messages("outing-home", 3)
    await at.enter("#organisers", ORGANISER)
    await at.messages("alert-over", 2)
    sam = await at.enter(SAM.name, SAM)
    await sam.tap("outing:home")
    await at.enter("#partners", JONAS)  # without what only Nell sees
    await at.messages("outing-ended")


async def alarms(at: Camera) -> None:
    """I feel unsafe and Need help, as the runner, the organisers and a contact see them."""
    nell = await at.enter("#partners")
    await nell.run("partner find", place="Stadium, main gate", when="in 5 minutes", role="backward", distance="3k")
    sam = await at.enter("#partners", SAM)
    calls = (f"call:join:v1:{CALL_ID + number}:spotter" for number in (2, 1))  # the scene before may have posted one
    await sam.tap(next(filter(sam.control, calls)))
    nell = await at.enter("#partners")
    await nell.tap("call:more")
    await nell.tap("outing:checkin")
    await nell.tap("outing:all")
    letters = await at.enter(NELL.name)
    await at.messages("outing-letter", 2)
    await letters.tap("call:more")
    await at.messages("outing-menu")
    await letters.tap("alert:unsafe")
    await at.messages("unsafe-pressed")
    maren = await at.enter("#organisers", ORGANISER)
    await at.messages("unsafe-alarm")
    await maren.tap("alert:onit")
    await at.messages("unsafe-taken", 2)
    await at.form(maren, "alert:word", "unsafe-form")
    letters = await at.enter(NELL.name)
    await letters.tap("alert:help")
    await at.messages("help-pressed", 2)
    await at.enter("#organisers", ORGANISER)
    await at.messages("help-alarm")
    await at.enter(SAM.name, SAM)
    await at.messages("help-partner", 2)


async def organisers(at: Camera) -> None:
    """What organisers set and decide."""
    maren = await at.enter("#organisers", ORGANISER)
    await maren.run("club review")
    await at.messages("club-review")
    await maren.run("club settings")
    await at.messages("club-settings")
    await maren.run("partner round")
    await at.messages("club-round")
    await maren.run("remind club", when="every mon 8:00", what="Track is booked")
    await at.messages("remind-club", 2)


SCENES: tuple[Callable[[Camera], Awaitable[None]], ...] = (
    runs, first, standing, challenges, partners, outing, alarms, organisers, settings, reminders
)  # fmt: skip


def laps(began: datetime) -> bytes:
    """Return a TCX file of four laps of a kilometre, two slow and two fast."""
    body, at = "", began.replace(microsecond=0, tzinfo=None)
    for number, seconds in enumerate((420, 290, 425, 295)):
        ended = at + timedelta(seconds=seconds)
        points = "".join(
            f"<Trackpoint><Time>{time.isoformat()}Z</Time><DistanceMeters>{metres}</DistanceMeters></Trackpoint>"
            for time, metres in ((at, number * 1000), (ended, number * 1000 + 1000))
        )
        body += (
            f'<Lap StartTime="{at.isoformat()}Z"><TotalTimeSeconds>{seconds}</TotalTimeSeconds><DistanceMeters>1000'
            f"</DistanceMeters><Intensity>Active</Intensity><Track>{points}</Track></Lap>"
        )
        at = ended
    return (
        '<TrainingCenterDatabase xmlns="http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2"><Activities>'
        f'<Activity Sport="Running"><Id>{began:%Y-%m-%dT%H:%M:%SZ}</Id>{body}</Activity></Activities>'
        "</TrainingCenterDatabase>"
    ).encode()
