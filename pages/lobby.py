"""The way in: a name, one's own camera, and the people to call."""

from components import lobby

lobby.show()
