"""Who can be asked to come into the room, and whose invitation still rings."""

from pathlib import Path

from calls.rooms import View
from components import modules, session

_component = modules.component("invites", Path(__file__).parent)


def show(view: View) -> None:
    """Draw a button for each who is free, and one to take back each invitation of one's own."""
    if view.room is None:
        return
    most = session.services().registry.capacity
    mine = {invite.callee for invite in view.room.invites if invite.caller == view.me.id}
    _component(
        key="invites",
        data={
            "me": view.me.id,
            "most": most,
            "full": len(view.room.bound) >= most,
            "invited": [{"id": person.id, "name": person.name} for person in view.invited if person.id in mine],
        },
    )
