"""What other rooms may import; a change here is a change for them."""

from __future__ import annotations

import castanea.access
import castanea.api
import castanea.api.streaming
import castanea.state


def test_the_public_names_are_these() -> None:
    assert castanea.state.__all__ == [
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
    assert castanea.api.__all__ == ["ApiSettings", "Link", "OpenedView", "Receipt", "Services", "create_app"]
    assert castanea.api.streaming.__all__ == ["Hub", "Subscriber", "Upkeep"]
    assert castanea.access.__all__ == [
        "ANONYMOUS",
        "Accounts",
        "Admission",
        "Change",
        "CodeNeeded",
        "CreatedKey",
        "Forbidden",
        "InvitationInfo",
        "Invitations",
        "Keyring",
        "Made",
        "OneTimePassphrase",
        "OpenedSession",
        "People",
        "Permission",
        "Person",
        "Preferences",
        "Principal",
        "Profile",
        "Provider",
        "ProviderProblem",
        "Role",
        "Rules",
        "SessionInfo",
        "Sessions",
        "Shares",
        "Sight",
        "SignInFailed",
        "TeamInfo",
        "Teams",
        "TooManyAttempts",
        "Unauthenticated",
        "WallInfo",
        "Walls",
        "WriteKeyInfo",
        "WriteKeys",
        "WrongPassphrase",
    ]


def test_every_public_name_is_there() -> None:
    for room in (castanea.state, castanea.access, castanea.api, castanea.api.streaming):
        assert [name for name in room.__all__ if not hasattr(room, name)] == []
