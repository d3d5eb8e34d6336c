"""Held runs as organisers see them, and the messages about them to their runners."""

from __future__ import annotations

from collections.abc import Iterator

import discord
from discord import ui

from bot.domain.limits import DAY_DISTANCE_M
from bot.domain.runs.review_reasons import ReviewReason
from bot.domain.runs.runs import Direction
from bot.interactions.components import Component, Field, Form, button, card, classic, identity, row
from bot.localizer import NAME_SHOWN, Localizer, escaped
from bot.services.runs.reviews import WORDS_LIMIT, HeldRun, ReviewMessage
from cogs.runs.run_card_view import line_of


def review_card(run: HeldRun | None, viewer_id: int, reader: Localizer, notice: str = "") -> ui.LayoutView:
    """Return one held run with what an organiser can do, without what its runner does not share with the club.

    Args:
        run: the held run; None if there is none.
        viewer_id: the organiser who reads it.
        reader: the organiser's localizer.
        notice: what was just decided.
    """
    if run is None:
        return card(notice, reader.t("club.review.empty"))
    surface = f" · {reader.t(f'runs.surface.{run.surface.value}')}" if run.surface else ""
    name = escaped(run.runner, NAME_SHOWN)
    return card(
        notice,
        reader.t("club.review.title", number=run.number, count=run.count),
        reader.t("club.review.line", name=name, day=run.ran_on) + surface,
        "\n".join(_part(*part, reader) for part in run.parts[:10]),
        "\n".join(_why(run, reader)),
        _said(run, name, reader),
        reader.t("club.review.own") if run.user_id == viewer_id else "",
        row(*_buttons(run, viewer_id, reader)),
    )


def _why(run: HeldRun, reader: Localizer) -> Iterator[str]:
    """Yield why a run is held, with the other run if there is one."""
    limits = {"limit_m": DAY_DISTANCE_M, "day_m": run.day_m}
    yield reader.t(f"club.review.why_{run.reason.value}", **limits)
    if run.reason is ReviewReason.AT_ONCE and run.other is not None:
        times = {"started_at": run.other.started_at, "duration_ms": run.other.duration_ms}
        if run.other.distance_m is None:
            yield reader.t("club.review.other_time", **times)
        else:
            yield reader.t("club.review.other", distance_m=run.other.distance_m, **times)


def _said(run: HeldRun, name: str, reader: Localizer) -> str:
    """Return the runner's answer, or that there is none yet; empty if nobody asked."""
    if not run.asked:
        return ""
    if not run.answered:
        return reader.t("club.review.unanswered", name=name)
    if run.answer is None:
        return reader.t("club.review.answered_right", name=name)
    return reader.t("club.review.answered", name=name, words=escaped(run.answer, WORDS_LIMIT))


def _buttons(run: HeldRun, viewer_id: int, reader: Localizer) -> list[Component]:
    """Return the buttons; nobody asks themselves, and nobody is asked twice about the same figures."""
    shown = [
        button(
            reader.t("club.review.agree"),
            identity("club", "agree", run.run_id, run.revision),
            discord.ButtonStyle.success,
        ),
        button(
            reader.t("club.review.reject"),
            identity("club", "reject", run.run_id, run.revision),
            discord.ButtonStyle.danger,
        ),
    ]
    if run.user_id != viewer_id:
        label = reader.t("club.review.asked_button" if run.asked else "club.review.ask")
        shown.insert(1, button(label, identity("club", "ask", run.run_id, run.revision), disabled=run.asked))
    if run.count > 1:
        shown.append(button(reader.t("club.review.skip"), identity("club", "next", run.run_id)))
    return shown


def reject_form(run_id: int, revision: int, reader: Localizer) -> Form:
    """Return the form for the reason of a rejection."""
    field = Field(
        "reason",
        reader.t("club.review.form_reason"),
        placeholder=reader.t("club.review.form_hint"),
        required=True,
        long=True,
        limit=WORDS_LIMIT,
    )
    return Form(reader.t("club.review.form"), identity("club", "rejected", run_id, revision), [field])


def question(found: ReviewMessage, reader: Localizer) -> tuple[str, ui.View]:
    """Return the organisers' question to the runner, and the ways to answer it."""
    view = found.view
    reason = view.held_for or ReviewReason.OUTPACED
    words = reader.t(
        "review.ask.words",
        club=escaped(found.club, NAME_SHOWN),
        run=line_of(view, reader),
        why=reader.t(f"review.ask.why_{reason.value}", limit_m=DAY_DISTANCE_M),
    )
    right = button(reader.t("review.ask.right"), identity("review", "right", view.run_id), discord.ButtonStyle.success)
    explain = button(reader.t("review.ask.explain"), identity("review", "words", view.run_id))
    return words, classic(right, explain)


def decision(found: ReviewMessage, reader: Localizer, *, agreed: bool) -> str:
    """Return what the organisers decided about a run, for its runner."""
    told = {"club": escaped(found.club, NAME_SHOWN), "run": line_of(found.view, reader)}
    if agreed:
        return reader.t("review.decided.agreed", **told)
    reason = escaped(found.view.rejected_for or "", WORDS_LIMIT)
    return reader.t("review.decided.rejected", reason=reason, **told)


def answer_form(run_id: int, reader: Localizer) -> Form:
    """Return the form for an answer in words."""
    field = Field(
        "words",
        reader.t("review.form.label"),
        placeholder=reader.t("review.form.hint"),
        required=True,
        long=True,
        limit=WORDS_LIMIT,
    )
    return Form(reader.t("review.form.title"), identity("review", "said", run_id), [field])


def _part(direction: Direction, distance_m: int | None, duration_ms: int, reader: Localizer) -> str:
    """Return a line such as `5.00 km backward in 10:00 ⏪ · 2:00/km`."""
    if distance_m is None:
        return reader.t(f"runs.card.{direction.value}_time", duration_ms=duration_ms)
    line = reader.t(f"runs.card.{direction.value}", distance_m=distance_m, duration_ms=duration_ms)
    return f"{line} · {reader.pace(duration_ms / distance_m)}"
