"""Application state: people, sessions, links, keys, preferences. SQLAlchemy models and their migrations."""

from castanea.state.alert_models import AlertAct, AlertInstance, AlertRow, AlertRuleRow, AlertStep
from castanea.state.board_models import Board, BoardVersion, Favourite
from castanea.state.brief_models import BriefMessage, BriefRow
from castanea.state.channel_models import AlertChannel, AlertLink, AlertMessage, AlertSilence, AlertTold
from castanea.state.database import Database
from castanea.state.decision_models import DecisionRow, DecisionStepRow
from castanea.state.kanban_models import KanbanBoard, KanbanCard, KanbanChange, KanbanComment
from castanea.state.models import (
    Account,
    Base,
    BoardShare,
    Identity,
    Invitation,
    Membership,
    Session,
    SignInFailure,
    Team,
    WallLink,
    WriteKey,
)
from castanea.state.remark_models import RemarkRow
from castanea.state.target_models import TargetChange, TargetRow
from castanea.state.watch_models import WatchFileRow, WatchFolderRow

__all__ = [
    "Account",
    "AlertAct",
    "AlertChannel",
    "AlertInstance",
    "AlertLink",
    "AlertMessage",
    "AlertRow",
    "AlertRuleRow",
    "AlertSilence",
    "AlertStep",
    "AlertTold",
    "Base",
    "Board",
    "BoardShare",
    "BoardVersion",
    "BriefMessage",
    "BriefRow",
    "Database",
    "DecisionRow",
    "DecisionStepRow",
    "Favourite",
    "Identity",
    "Invitation",
    "KanbanBoard",
    "KanbanCard",
    "KanbanChange",
    "KanbanComment",
    "Membership",
    "RemarkRow",
    "Session",
    "SignInFailure",
    "TargetChange",
    "TargetRow",
    "Team",
    "WallLink",
    "WatchFileRow",
    "WatchFolderRow",
    "WriteKey",
]
