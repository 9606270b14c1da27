"""What changed → which tiles → computed once → pushed to all who watch."""

from castanea.live.service import Live, OpenedView

__all__ = ["Live", "OpenedView"]
