"""What Alembic runs around the migrations (https://alembic.sqlalchemy.org): on the connection that it is given, all of
them in one transaction, so that a start which is broken off leaves the database as it was."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
