"""HTTP: routers, problem documents, the event stream, the built pages. The only room that knows the web framework."""

from castanea.api.app import create_app
from castanea.api.services import ApiSettings, Link, OpenedView, Receipt, Services

__all__ = ["ApiSettings", "Link", "OpenedView", "Receipt", "Services", "create_app"]
