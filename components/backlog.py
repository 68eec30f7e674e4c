"""What a page says where the database does not do its part."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from calls.errors import StorageError
from components import session
from components.times import length

ICON = ":material/error:"


@contextmanager
def minded() -> Iterator[None]:
    """Draw what is below from the database: with a line where it cannot be written, and one instead where it cannot be
    read."""
    _say()
    try:
        yield
    except StorageError as error:
        st.error(str(error), icon=ICON)


def _say() -> None:
    backlog = session.services().history.backlog
    if backlog is None:
        return
    lines = [f"The database has not been writable for {length(backlog.seconds)}."]
    if backlog.waiting:
        lines.append(f"{_entries(backlog.waiting)} for it: they are kept, and are missing below.")
    if backlog.lost:
        lines.append(f"More than the server can keep are lost: {backlog.lost} so far.")
    st.warning(" ".join(lines), icon=ICON)


def _entries(count: int) -> str:
    return "1 entry waits" if count == 1 else f"{count} entries wait"
