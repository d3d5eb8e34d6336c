"""The index page: an introduction, the members a visitor can act as, six things to try, and links to the rooms."""

from __future__ import annotations

import html
from collections.abc import Sequence
from pathlib import Path
from string import Template

from aiohttp import web

from bot.errors import StartupError
from bot.i18n import shipped, translate
from bot.languages import DEFAULT, LANGUAGES, language_name, own_name
from bot.preview.club import CLUB, NEWCOMER, DemoPerson
from bot.preview.rooms import House, Room

STATIC = Path(__file__).with_name("static")
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class IndexPage:
    """Serves the index page on this machine only.

    Args:
        house: the rooms linked to.
        people: the members a visitor can act as; the first is the default, the last is the organiser.
    """

    def __init__(self, house: House, people: Sequence[DemoPerson]) -> None:
        self.house = house
        self.people = people
        self.port = 0
        self._runner: web.AppRunner | None = None

    async def open(self, port: int) -> str:
        """Start serving, and return the address.

        Raises:
            StartupError: the port is taken.
        """
        app = web.Application()
        app.router.add_get("/", self._index)
        app.router.add_get("/index.css", self._style)
        app.router.add_get("/favicon.ico", self._icon)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, "127.0.0.1", port).start()
        except OSError as error:
            raise StartupError(f"port {port} is taken: {error.strerror}") from error
        self.port = self._runner.addresses[0][1]
        self.house.index_port = self.port
        return f"http://127.0.0.1:{self.port}/"

    async def close(self) -> None:
        """Stop serving."""
        if self._runner is not None:
            await self._runner.cleanup()

    def _host(self, request: web.Request) -> str:
        """Return the host name of the request; refuse other names, which come from pages elsewhere (DNS rebinding)."""
        host, _, port = request.headers.get("Host", "").rpartition(":")
        if host not in ("127.0.0.1", "localhost") or port != str(self.port):
            raise web.HTTPForbidden
        return host

    async def _style(self, request: web.Request) -> web.Response:
        self._host(request)
        text = (STATIC / "index.css").read_text(encoding="utf-8")
        return web.Response(text=text, content_type="text/css", headers=HEADERS)

    async def _icon(self, request: web.Request) -> web.Response:
        self._host(request)
        text = (STATIC / "icon.svg").read_text(encoding="utf-8")
        return web.Response(text=text, content_type="image/svg+xml", headers=HEADERS)

    async def _index(self, request: web.Request) -> web.Response:
        host = self._host(request)
        accepted = request.headers.get("Accept-Language", "").split(",")[0]
        language = shipped(request.query.get("lang")) or shipped(accepted) or LANGUAGES[0]
        chosen = [person for person in self.people if str(person.user_id) == request.query.get("as")]
        text = self.drawn(host, language, (chosen or [self._reading(language)])[0])
        return web.Response(text=text, content_type="text/html", headers=HEADERS)

    def _reading(self, language: str, me: DemoPerson | None = None) -> DemoPerson:
        """Return the first person who reads a language, `me` if they do, else the default."""
        of_all = [me] * (me is not None) + [*self.people]
        return next((p for p in of_all if p is not None and (p.language or DEFAULT) == language), me or self.people[0])

    def drawn(self, host: str, language: str, me: DemoPerson) -> str:
        """Return the HTML of the page.

        Args:
            host: host name for the links.
            language: a shipped language.
            me: the member the links open as.
        """

        def t(key: str, **params: object) -> str:
            return html.escape(translate(language, f"try.{key}", params))

        def coded(key: str) -> str:
            """Return a sentence with text between backticks as code."""
            return "".join(f"<code>{part}</code>" if odd % 2 else part for odd, part in enumerate(t(key).split("`")))

        def address(room: Room, person: DemoPerson) -> str:
            return f"http://{host}:{room.port}/#{self.house.token}.{person.user_id}"

        def as_whom(room: Room) -> DemoPerson:
            mine = me.user_id in room.viewers
            return me if mine else next(p for p in self.people if p.user_id in room.viewers)

        def card(room: Room) -> str:
            person = as_whom(room)
            other = "" if person is me else f"<em>{t('page.opens_as', typed=person.name)}</em>"
            name = t("room.direct_name", typed=room.name) if room.direct else html.escape(room.name)
            about = t("room.direct") if room.direct else coded(f"room.{room.name.lstrip('#')}")
            return (
                f'<a class="room" href="{address(room, person)}" target="_blank"'
                f' data-room="{html.escape(room.name)}" data-viewer="{person.user_id}">'
                f"<b>{name}</b><span>{about}</span>{other}</a>"
            )

        def face(number: int, person: DemoPerson) -> str:
            parts = [
                t("person.organiser" if person is self.people[-1] else "person.member"),
                person.zone.split("/")[-1].replace("_", " "),
                t("person.miles" if person.units == "imperial" else "person.kilometres"),
                t("person.speaks", language=language_name(person.language or DEFAULT, language)),
            ]
            if person is NEWCOMER:
                parts[0] = t("person.newcomer")
            elif person.weeks < 12:
                parts[0] = t("person.new")
            initials = "".join(word[0] for word in person.name.split())
            current = ' aria-current="true"' if person is me else ""
            return (
                f'<a class="person" href="/?as={person.user_id}&amp;lang={language}"{current}>'
                f'<i class="face face-{number}" aria-hidden="true">{initials}</i>'
                f"<b>{html.escape(person.name)}</b><span>{' · '.join(parts)}</span></a>"
            )

        def task(key: str, number: int, room: Room) -> str:
            return (
                f'<li><i aria-hidden="true">{number}</i><h3>{t(f"do.{key}.title")}</h3><p>{coded(f"do.{key}.text")}</p>'
                f'<a href="{address(room, as_whom(room))}" target="_blank">{t(f"do.{key}.link")}</a></li>'
            )

        def switch(other: str) -> str:
            person = self._reading(other, me)
            return f'<a href="/?as={person.user_id}&amp;lang={other}" lang="{other}">{own_name(other)}</a>'

        rooms = {room.name: room for room in self.house.rooms}
        mine = next(room for room in self.house.rooms if room.direct and me.user_id in room.viewers)
        shown = [room for room in self.house.rooms if not room.direct or room is mine]
        shown += [room for room in self.house.rooms if room not in shown]
        words = {name: t(f"page.{name}") for name in _WORDS}
        return Template((STATIC / "index.html").read_text(encoding="utf-8")).substitute(
            words,
            language=language,
            about=t("page.about", typed=CLUB),
            switch=" · ".join(switch(other) for other in LANGUAGES if other != language),
            people="".join(face(number, person) for number, person in enumerate(self.people)),
            tasks="".join(
                task(key, number, room)
                for number, (key, room) in enumerate(
                    (
                        ("log", rooms["#runs"]),
                        ("remind", mine),
                        ("partner", rooms["#partners"]),
                        ("outing", rooms["#partners"]),
                        ("import", mine),
                        ("board", rooms["#leaderboard"]),
                    ),
                    start=1,
                )
            ),
            cards="".join(card(room) for room in shown),
        )


_WORDS = ("title", "badge", "tagline", "who", "who_hint", "do", "rooms", "rooms_hint", "footer")
