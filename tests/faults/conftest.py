"""Tests here drive a real server."""

from tests.served import served

__all__ = ["served"]
