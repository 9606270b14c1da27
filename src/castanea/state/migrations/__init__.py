"""Alembic migrations of the state's database. Imported only when a database is older than the code."""
