"""What can be asked of this part on a bare file."""

from __future__ import annotations

from castanea.analysis.common.asking import Command

COMMANDS: tuple[Command, ...] = ()
