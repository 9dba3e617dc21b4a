"""Passkeys: made on the person's device, user verification always required, checked here and again offline.

py_webauthn does the live steps of WebAuthn (challenge, origin, relying party, user verified, counter);
``consent.passkey`` must then come to the same answer from nothing but the stored bytes, or nothing is stored.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from consent.errors import SignatureInvalidError
from consent.keys import SigningContext
from consent.passkey import PasskeySignature, b64url, from_b64url, passkey_challenge
from studio.requests.desk import ActRefusedError
from studio.requests.site import Site
from studio.requests.visiting import Visit
from studio.store.passkeys import PasskeyStore

ANSWER_WITHIN: Final = timedelta(minutes=10)
CREATE: Final = "create"
_USER_ID_BYTES = 16
_CREDENTIAL_BYTES_MAX = 1023  # WebAuthn 4: a credential id has at most so many


@dataclass(frozen=True, slots=True, kw_only=True)
class Passkeys:
    """Makes passkeys and takes their signatures."""

    store: PasskeyStore
    site: Site
    clock: Callable[[], datetime]
    random_bytes: Callable[[int], bytes]

    def creation(self, visit: Visit, *, person: str) -> Mapping[str, object]:
        """Options for ``navigator.credentials.create``."""
        import webauthn  # noqa: PLC0415 - of the studio extra; only the subject's page needs it
        from webauthn.helpers.structs import (  # noqa: PLC0415 - as above
            AuthenticatorSelectionCriteria,
            ResidentKeyRequirement,
            UserVerificationRequirement,
        )

        challenge = self.random_bytes(32)
        options = webauthn.generate_registration_options(
            rp_id=self.site.rp_id,
            rp_name=visit.record.controller.name,
            user_id=self.random_bytes(_USER_ID_BYTES),  # says nothing of the person
            user_name=person,
            user_display_name=person,
            challenge=challenge,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.PREFERRED, user_verification=UserVerificationRequirement.REQUIRED
            ),
        )
        self._ask(visit, challenge=challenge, purpose=CREATE, at=self.clock())
        return _options(webauthn.options_to_json(options))

    def created(self, visit: Visit, credential: Mapping[str, object]) -> None:
        """Keep the public key of a new passkey; raises ``ActRefusedError``."""
        import webauthn  # noqa: PLC0415 - of the studio extra; only the subject's page needs it
        from webauthn.helpers.exceptions import WebAuthnException  # noqa: PLC0415 - as above

        challenge, _ = self._answered(visit, purpose=CREATE)
        try:
            made = webauthn.verify_registration_response(
                credential=dict(credential),
                expected_challenge=challenge,
                expected_rp_id=self.site.rp_id,
                expected_origin=self.site.origin,
                require_user_verification=True,
            )
        except (WebAuthnException, ValueError, TypeError, KeyError) as e:
            raise ActRefusedError("passkey_refused") from e
        if not 0 < len(made.credential_id) <= _CREDENTIAL_BYTES_MAX:
            raise ActRefusedError("passkey_refused")
        self.store.enrol(
            visit.request.id,
            visit.party,
            credential_id=made.credential_id,
            cose_key=made.credential_public_key,
            sign_count=made.sign_count,
        )

    def options(
        self, visit: Visit, *, payload: bytes, context: SigningContext, purpose: str, at: datetime
    ) -> Mapping[str, object]:
        """Options for ``navigator.credentials.get``: the challenge stands for the payload, which holds ``at``."""
        import webauthn  # noqa: PLC0415 - of the studio extra; only the subject's page needs it
        from webauthn.helpers.structs import (  # noqa: PLC0415 - as above
            PublicKeyCredentialDescriptor,
            UserVerificationRequirement,
        )

        row = self.store.find(visit.request.id, visit.party)
        if row.credential_id is None:
            raise ActRefusedError("passkey_missing")
        challenge = passkey_challenge(payload, context)
        options = webauthn.generate_authentication_options(
            rp_id=self.site.rp_id,
            challenge=challenge,
            allow_credentials=[PublicKeyCredentialDescriptor(id=row.credential_id)],
            user_verification=UserVerificationRequirement.REQUIRED,
        )
        self._ask(visit, challenge=challenge, purpose=purpose, at=at)
        return _options(webauthn.options_to_json(options))

    def signature(
        self,
        visit: Visit,
        credential: Mapping[str, object],
        *,
        payload_at: Callable[[datetime], bytes],
        context: SigningContext,
        purpose: str,
    ) -> PasskeySignature:
        """Return the checked signature of the payload that was asked for; raises ``ActRefusedError``."""
        challenge, at = self._answered(visit, purpose=purpose)
        row = self.store.find(visit.request.id, visit.party)
        payload = payload_at(at)
        if row.credential_id is None or row.cose_key is None:
            raise ActRefusedError("passkey_missing")
        if challenge != passkey_challenge(payload, context):  # another statement or version came in between
            raise ActRefusedError("moved_on")
        count = self._checked(credential, challenge=challenge, cose_key=row.cose_key, sign_count=row.sign_count)
        try:
            said = _response(credential)
            signature = PasskeySignature(
                credential_id=b64url(row.credential_id),
                cose_key=b64url(row.cose_key),
                authenticator_data=said["authenticatorData"],
                client_data_json=said["clientDataJSON"],
                value=said["signature"],
                rp_id=self.site.rp_id,
                origin=self.site.origin,
                signed_at=at,
            )
            signature.check(payload, context)
        except (SignatureInvalidError, ValueError, KeyError) as e:
            raise ActRefusedError("passkey_refused") from e
        self.store.note_count(visit.request.id, visit.party, sign_count=count)
        return signature

    def _checked(self, credential: Mapping[str, object], *, challenge: bytes, cose_key: bytes, sign_count: int) -> int:
        import webauthn  # noqa: PLC0415 - of the studio extra; only the subject's page needs it
        from webauthn.helpers.exceptions import WebAuthnException  # noqa: PLC0415 - as above

        try:
            verified = webauthn.verify_authentication_response(
                credential=dict(credential),
                expected_challenge=challenge,
                expected_rp_id=self.site.rp_id,
                expected_origin=self.site.origin,
                credential_public_key=cose_key,
                credential_current_sign_count=sign_count,
                require_user_verification=True,
            )
        except (WebAuthnException, ValueError, TypeError, KeyError) as e:
            raise ActRefusedError("passkey_refused") from e
        return int(verified.new_sign_count)

    def _ask(self, visit: Visit, *, challenge: bytes, purpose: str, at: datetime) -> None:
        self.store.challenge(visit.request.id, visit.party, challenge=challenge, purpose=purpose, at=at)

    def _answered(self, visit: Visit, *, purpose: str) -> tuple[bytes, datetime]:
        """Use up the open challenge: each is answered once, well or badly."""
        row = self.store.find(visit.request.id, visit.party)
        if row.challenge is None or row.issued_at is None or row.purpose != purpose:
            raise ActRefusedError("passkey_late")
        if not self.store.take(visit.request.id, visit.party, challenge=row.challenge):
            raise ActRefusedError("passkey_late")
        if self.clock() > row.issued_at + ANSWER_WITHIN:
            raise ActRefusedError("passkey_late")
        return row.challenge, row.issued_at


def _options(text: str) -> Mapping[str, object]:
    read: Mapping[str, object] = json.loads(text)
    return read


def _response(credential: Mapping[str, Any]) -> dict[str, str]:
    """The response's parts in the one form of base64url that is stored."""
    response = credential["response"]
    if not isinstance(response, Mapping):
        raise ValueError("the answer of the device has no response")  # noqa: TRY004 - told as the others are
    names = ("authenticatorData", "clientDataJSON", "signature")
    return {name: b64url(from_b64url(str(response[name]).rstrip("="))) for name in names}
