"""Boards as data: the ready-made ones and a workspace's own."""

from castanea.boards.library import Boards
from castanea.boards.reader import read_board
from castanea.boards.writer import write_board

__all__ = ["Boards", "read_board", "write_board"]
