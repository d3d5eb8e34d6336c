"""The index page at the printed address: links to everything, readable only on this machine."""

from __future__ import annotations

import contextlib
import html
import os
import re
import socket
from urllib.parse import urlsplit

import aiohttp
import pytest

from bot.errors import StartupError
from bot.i18n import translate
from bot.languages import LANGUAGES, own_name
from bot.preview.club import ACTORS, ORGANISER, PEOPLE, VISITORS
from bot.preview.stage import check_ports
from tests.preview.visitor import Visitor, links


async def test_it_links_to_every_room_as_somebody_who_may_see_it(http: aiohttp.ClientSession, index: str) -> None:
    rooms = await links(http, index)
    direct = [person.name for person in ACTORS]
    assert list(rooms) == ["#runs", "#partners", "#leaderboard", "#organisers", *direct]
    for name, address in rooms.items():
        page = await Visitor(http, address).open()
        assert page.state["context"]["id"]
        who = address.rpartition(".")[2]
        assert page.state["viewerId"] == who
        assert name in direct or page.state["channel"]["name"] == name.lstrip("#")
    assert rooms["#organisers"].endswith(f".{ORGANISER.user_id}")


async def test_the_visitor_chooses_whom_to_be_and_the_language(http: aiohttp.ClientSession, index: str) -> None:
    jonas = VISITORS[1]
    async with http.get(index, params={"as": str(jonas.user_id), "lang": "de"}) as answer:
        text = await answer.text()
    assert '<html lang="de">' in text
    assert "Wer bist du?" in text
    assert f'data-room="#runs" data-viewer="{jonas.user_id}"' in text
    async with http.get(index, headers={"Accept-Language": "de-AT,de;q=0.9"}) as answer:
        assert "Wer bist du?" in await answer.text()


async def test_another_language_is_another_person(http: aiohttp.ClientSession, index: str) -> None:
    nell, jonas, *_ = VISITORS
    async with http.get(index, params={"lang": "de"}) as answer:
        german = await answer.text()
    assert f'href="/?as={jonas.user_id}&amp;lang=de" aria-current="true"' in german
    assert f'href="/?as={nell.user_id}&amp;lang=en" lang="en"' in german
    async with http.get(index, params={"as": str(ORGANISER.user_id), "lang": "en"}) as answer:
        assert f'href="/?as={jonas.user_id}&amp;lang=de" lang="de"' in await answer.text()


@pytest.mark.parametrize("language", LANGUAGES)
async def test_it_leads_to_the_page_in_every_other_language(
    http: aiohttp.ClientSession, index: str, language: str
) -> None:
    async with http.get(index, params={"lang": language}) as answer:
        text = await answer.text()
    offered = re.findall(r'lang=(\w+)" lang="(\w+)">([^<]+)</a>', text)
    assert offered == [(other, other, own_name(other)) for other in LANGUAGES if other != language]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_it_says_how_two_go_out_together(http: aiohttp.ClientSession, index: str, language: str) -> None:
    async with http.get(index, params={"lang": language}) as answer:
        text = await answer.text()
    assert f"<h3>{html.escape(translate(language, 'try.do.outing.title'))}</h3>" in text
    assert text.count("<li><i") == 6
    assert "<code>in 5 minutes</code>" in text


async def test_a_page_elsewhere_cannot_reach_in(http: aiohttp.ClientSession, index: str) -> None:
    port = urlsplit(index).port
    async with http.get(index, headers={"Host": f"evil.example:{port}"}) as answer:
        assert answer.status == 403
    async with http.get(index.replace("127.0.0.1", "localhost")) as answer:
        assert f"http://localhost:{port + 1 if port else 0}"[:17] in await answer.text()


@pytest.mark.parametrize("fragment", ["", "wrong", "wrong.1"])
async def test_a_room_does_not_open_without_its_token(http: aiohttp.ClientSession, index: str, fragment: str) -> None:
    room = (await links(http, index))["#runs"].split("#")[0]
    async with http.post(f"{room}api/pages", json={}, headers={"X-Simcord-Capability": fragment}) as answer:
        assert answer.status == 401


async def test_a_room_does_not_open_as_somebody_who_may_not_see_it(http: aiohttp.ClientSession, index: str) -> None:
    address = (await links(http, index))["#organisers"]
    token = urlsplit(address).fragment.partition(".")[0]
    headers = {"X-Simcord-Capability": f"{token}.{VISITORS[0].user_id}"}
    async with http.post(f"{address.split('#')[0]}api/pages", json={}, headers=headers) as answer:
        assert answer.status == 401


def test_a_port_that_is_taken_is_said_in_one_line() -> None:
    port = _free_ports() + 3
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        with pytest.raises(StartupError, match=rf"^port {port} is taken .*--port") as caught:
            check_ports(port - 3)
    assert len(caught.value.faults) == 1


def _free_ports() -> int:
    """Return the first port for a try mode, in a range that the system does not assign to other tests."""
    for first in range(20_000 + os.getpid() % 1000 * 10, 32_000, 10):
        with contextlib.suppress(StartupError):
            check_ports(first)
            return first
    raise AssertionError("no ports are free")


def test_forty_people_of_many_places() -> None:
    assert len({person.user_id for person in PEOPLE}) == len({person.name for person in PEOPLE}) == 40
    assert len({person.zone for person in PEOPLE}) > 10


async def test_a_bot_without_a_clock_of_its_own_has_no_button_that_skips(
    http: aiohttp.ClientSession, index: str
) -> None:
    address = (await links(http, index))["#runs"]
    url, _, token = address.partition("#")
    for headers, status in (({"X-Simcord-Capability": token}, 404), ({}, 401)):
        async with http.post(f"{url}api/action", headers={"X-Skip": "1", **headers}) as answer:
            assert answer.status == status
