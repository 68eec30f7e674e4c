"""Live rooms, calls and people, and charts over the history."""

from components import dashboard

dashboard.show()
