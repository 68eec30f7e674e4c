"""The database: opened, and brought up to date by the migrations before anybody uses it."""

from contextlib import ExitStack
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import QueuePool

from calls.errors import SettingsError

MIGRATIONS = Path(__file__).parent / "migrations"
PATIENCE = 2  # seconds that one attempt to reach the database, or to get a lock of it, may take


def open_database(text: str) -> sa.Engine:
    """The database of this SQLAlchemy URL, with the tables of calls/tables.py. Raises SettingsError where it cannot be
    reached, read or written."""
    with ExitStack() as undone:  # whatever goes wrong, no connection is left open
        try:
            url = sa.make_url(text)
            engine = sa.create_engine(url, **_options(url))
            undone.callback(engine.dispose)
            if url.get_backend_name() == "sqlite":
                _adapt_sqlite(engine)
            with engine.begin() as connection:
                _migrate(connection)
        except (SQLAlchemyError, CommandError, ImportError, ValueError) as error:
            raise SettingsError(
                f"PARLEY_DATABASE_URL cannot be used ({reason(error)}): give the SQLAlchemy URL of a database that can "
                "be written, such as sqlite:///parley.sqlite3 or postgresql+psycopg://user:password@host/name."
            ) from None
        undone.pop_all()
        return engine


def reason(error: Exception) -> str:
    """The first line of what the driver said; nothing of a URL that cannot be read, as it may hold a password."""
    if isinstance(error, ValueError):
        return "it cannot be read as a URL"
    return str(getattr(error, "orig", None) or error).partition("\n")[0].rstrip(".")


def _migrate(connection: sa.Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    tables = sa.inspect(connection).get_table_names()
    if "calls" in tables and "alembic_version" not in tables:
        command.stamp(config, "v1")  # it is from before there were migrations
    command.upgrade(config, "head")


def _options(url: sa.URL) -> dict[str, Any]:
    """A database in memory lives in its one connection, which the threads take in turns."""
    match url.get_backend_name():
        case "sqlite" if url.database in {None, "", ":memory:"}:
            single = {"poolclass": QueuePool, "pool_size": 1, "max_overflow": 0}
            return {**single, "connect_args": {"check_same_thread": False}}
        case "sqlite":
            return {"connect_args": {"timeout": PATIENCE}}
        case "postgresql" if "connect_timeout" not in url.query:
            return {"pool_pre_ping": True, "connect_args": {"connect_timeout": PATIENCE}}
    return {"pool_pre_ping": True}


def _adapt_sqlite(engine: sa.Engine) -> None:
    """Readers read while one writes (https://sqlite.org/wal.html), and a transaction holds changes of the schema too:
    Python's driver begins none for those (https://docs.sqlalchemy.org/dialects/sqlite.html)."""

    @sa.event.listens_for(engine, "connect")
    def connect(connection: Any, _: object) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode=WAL")

    @sa.event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN")
