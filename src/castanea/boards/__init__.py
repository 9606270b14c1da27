"""Boards as data: the ready-made ones and a workspace's own."""

from castanea.boards.library import Boards
from castanea.boards.reader import read_board

__all__ = ["Boards", "read_board"]
