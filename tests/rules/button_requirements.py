"""What each button requires of the member who presses it."""

from __future__ import annotations

OWN = """
    log:open log:fix log:entered
    run:flip run:reread run:facing run:face run:spotted run:company
    run:undo run:edit run:amend run:share run:sharing run:extras spotter:yes spotter:no runs:page runs:open
    import:ask import:next import:all import:drop import:choose import:tick import:save import:same import:two
    import:share import:portion
    table:match table:matched table:sports table:go table:drop table:all table:undo
    streak:repair privacy:export privacy:ask privacy:erase settings:zone settings:zoned settings:general
    settings:weight settings:weigh settings:language settings:units settings:sharing settings:home settings:hide
    ask:never ask:again ask:restore contact:drop contact:withdraw contact:accept contact:decline tie:page
    nudging:open nudging:goal nudging:quiet nudging:kinds nudging:pause nudging:paused nudging:resume
    nudge:start nudge:snooze nudge:later round:skip round:back
    remind:fix remind:entered settings:zonefix settings:again settings:entered runs:fix runs:retyped
    runs:mine import:upload import:uploaded review:right review:words review:said
    remind:page remind:show remind:reading remind:edit remind:edited remind:pause remind:resume remind:late
    remind:remove remind:keep remind:delete remind:done remind:snooze remind:later remind:log remind:logged
    call:mine help:all help:next me:show me:bests me:page
    rewind:show rewind:shape rewind:ask rewind:words rewind:back
"""
HERE = "run:post run:cheer rewind:share spotter:show delivery:show nudge:stop call:keep"
HOME = """
    board:show board:page board:what board:open board:at board:whom board:mine board:metric board:when board:ask
    board:words follow:set me:of records:show records:turn badges:show badges:turn
    challenge:join challenge:goal challenge:leave challenge:show challenge:list
    challenge:team challenge:rename challenge:renamed
    call:new call:form call:again call:asked call:fix avail:open avail:edit avail:save avail:roles avail:pause
    avail:until avail:leave avail:join
"""
MEMBER = """
    call:join call:wait call:queue call:take call:confirm call:leave call:show call:more call:change call:amend
    call:cancel call:off call:repeat outing:checkin outing:all outing:present
"""
ORGANISER = """
    round:page round:confirm round:redraw live:again
    alert:resolve alert:resolved alert:taking alert:onit alert:word alert:closed
"""
SERVER = """
    club:logcard
    club:page club:zone club:zoned club:language club:units club:role club:surfaces club:partners club:again
    club:runners club:spotter club:women club:alerts club:waiting club:grace club:call club:called club:turn club:when
    club:digest club:digested club:undigest club:preview
    club:instead club:agree club:reject club:rejected club:ask club:next club:points club:chosen club:point
    club:add club:added club:boards club:firstboard club:addseason club:newseason club:dropseason club:seasongone
    club:live club:liveagain
    challenge:form challenge:made challenge:change challenge:discard challenge:post challenge:here challenge:end
    challenge:ended challenge:draw
    club:badges club:badge club:badgerole
    club:edit club:edited club:drop club:dropped remind:newclub remind:clubentered
"""
CONTACT = "alert:reached alert:cannot"
COMPANION = """
    outing:calls outing:swap outing:extend outing:later outing:home outing:both outing:happened outing:log outing:edit
    outing:amend outing:throw outing:stillout outing:notthere outing:there alert:help alert:unsafe alert:unheard
"""
BUTTONS = {
    "own": OWN, "here": HERE, "home": HOME, "member": MEMBER, "organiser": ORGANISER, "server": SERVER,
    "companion": COMPANION, "contact": CONTACT,
}  # fmt: skip


def buttons_requiring(need: str) -> list[str]:
    """Return the custom id prefixes with this requirement."""
    return BUTTONS[need].split()
