"""Past calls."""

from components import history

history.show()
