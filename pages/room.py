"""The room of the running call."""

from components import room

room.show()
