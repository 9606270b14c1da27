"""What access refuses.

CastaneaError
├── Unauthenticated   nobody is known by what was sent (no session, an ended one, an unknown or revoked key)
│   ├── SignInFailed  the name or the passphrase is wrong; never said which
│   └── CodeNeeded    both are right, and the account has a second factor
├── Forbidden         somebody is known, but may not do this
│   └── WrongPassphrase   … because the passphrase that they prove themselves with is wrong
└── Busy
    └── TooManyAttempts   five failures in 15 minutes for this account or this address; never said which
"""

from __future__ import annotations

from castanea.kit.errors import Busy, CastaneaError


class Unauthenticated(CastaneaError):
    code = "access.unauthenticated"


class SignInFailed(Unauthenticated):
    code = "access.sign_in_failed"


class CodeNeeded(Unauthenticated):
    code = "access.code_needed"


class Forbidden(CastaneaError):
    code = "access.forbidden"


class WrongPassphrase(Forbidden):
    code = "access.passphrase_wrong"


class TooManyAttempts(Busy):
    code = "access.too_many_attempts"
