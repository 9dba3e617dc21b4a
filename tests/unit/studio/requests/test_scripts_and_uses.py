"""Scripts that the subject approves word by word, and every use that was made of the likeness."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest

from consent.grant import Sha256Hex, TakeId
from consent.ledger import Released, ScriptApproved
from studio.jobs.plan import TakePlan
from studio.requests.desk import ActRefusedError
from studio.store.campaigns import CampaignRow, Fault, TakeRow, TakeStatus
from studio.wiring.requesting import planned_script
from tests.fakes.device import Device
from tests.fakes.request_home import Page, RequestHome

SCRIPT = "Votre café, en dix secondes."


@pytest.fixture
def page(home: RequestHome) -> Page:
    page = home.sent()
    page.go_through()
    home.approve(page.record_id)
    return page


def take(home: RequestHome, page: Page, take_id: str, *, status: TakeStatus, path: str | None = None) -> None:
    plan = TakePlan(
        take_id=take_id,
        campaign_id=f"c-{take_id}",
        record_id=page.record_id,
        brand="Example",
        product="Coffee One",
        commercial=True,
        locale="fr-FR",
        market="FR",
        channel="web",
        format="1080x1920",
        text=SCRIPT,
        portrait=None,
        portrait_sha256=None,
    )
    campaign = CampaignRow(
        id=f"c-{take_id}",
        brief_sha256="0" * 64,
        record_id=page.record_id,
        brand="Example",
        product="Coffee One",
        created_at=home.clock(),
    )
    faults = (Fault(code="script_not_approved", message="…"),) if status is TakeStatus.REFUSED else ()
    row = TakeRow(
        id=take_id,
        campaign_id=campaign.id,
        position=0,
        record_id=page.record_id,
        plan=plan.model_dump_json(),
        status=status,
        reasons=faults,
        path=path,
    )
    home.campaigns.add(campaign, (row,))


def release(home: RequestHome, page: Page, take_id: str, *, kind: str = "1080x1920") -> None:
    envelope = home.records.find(page.record_id)
    assert envelope is not None
    assert envelope.public_hash is not None
    entry = Released(
        public_hash=envelope.public_hash,
        at=home.clock(),
        take_id=TakeId(take_id),
        file_sha256=Sha256Hex("ab" * 32),
        script_sha256=Sha256Hex("cd" * 32),
        locale="fr-FR",
        market="FR",
        channel="web",
        format=kind,
    )
    home.ledger.append((entry,), at=home.clock())


def test_refused_take_puts_its_script_before_the_subject(home: RequestHome, page: Page) -> None:
    take(home, page, "take-1", status=TakeStatus.REFUSED)
    take(home, page, "take-2", status=TakeStatus.REFUSED)
    (script,) = home.desk.view(*page.keys).scripts
    assert (script.text, script.locale, script.is_approved) == (SCRIPT, "fr-FR", False)
    assert script.sha256 == hashlib.sha256(SCRIPT.encode()).hexdigest()


def test_subject_approves_a_script_with_the_passkey(home: RequestHome, page: Page) -> None:
    requests = home.room.requests
    sha256 = requests.request_script(
        page.request_id, text=SCRIPT, locale="fr-FR", campaign="Spring", by="legal@example.com"
    )
    options = home.desk.script_options(*page.keys, sha256)
    home.desk.approve_script(*page.keys, sha256, page.device.get(options))
    (script,) = home.desk.view(*page.keys).scripts
    assert script.is_approved
    envelope = home.records.find(page.record_id)
    assert envelope is not None
    assert envelope.script_approvals[0].approver == "subject"
    assert envelope.public_hash is not None
    assert isinstance(home.ledger.view().history(envelope.public_hash)[-1], ScriptApproved)


def test_script_is_approved_with_the_key_that_signed(home: RequestHome, page: Page) -> None:
    sha256 = home.room.requests.request_script(
        page.request_id, text=SCRIPT, locale="fr", campaign="Spring", by="legal@example.com"
    )
    answer = Device().get(home.desk.script_options(*page.keys, sha256))
    with pytest.raises(ActRefusedError, match="passkey_refused"):
        home.desk.approve_script(*page.keys, sha256, answer)


def test_signature_for_one_script_is_none_for_another(home: RequestHome, page: Page) -> None:
    first, second = (
        home.room.requests.request_script(
            page.request_id, text=text, locale="fr", campaign="Spring", by="legal@example.com"
        )
        for text in (SCRIPT, "Autre chose.")
    )
    answer = page.device.get(home.desk.script_options(*page.keys, first))
    with pytest.raises(ActRefusedError, match="passkey_late"):
        home.desk.approve_script(*page.keys, second, answer)
    with pytest.raises(ActRefusedError, match="script_unknown"):
        home.desk.script_options(*page.keys, "00" * 32)


def test_uses_are_those_of_the_ledger_newest_first(home: RequestHome, page: Page) -> None:
    (home.folder / "library" / "one.mp4").write_bytes(b"film")
    take(home, page, "take-1", status=TakeStatus.RELEASED, path="library/one.mp4")
    take(home, page, "take-2", status=TakeStatus.RELEASED)
    release(home, page, "take-1")
    home.clock.move(hours=1)
    release(home, page, "take-2", kind="mp3")
    newest, oldest = home.desk.view(*page.keys).uses
    assert (newest.take_id, newest.picture, newest.is_revoked) == ("take-2", None, False)
    assert (oldest.campaign, oldest.channel, oldest.picture) == ("Example: Coffee One", "web", "picture/take-1")
    assert newest.released_at - oldest.released_at >= timedelta(hours=1)
    assert home.desk.picture(*page.keys, "take-1") == b"frame of one.mp4"
    home.desk.withdraw(*page.keys, part=None)
    assert all(use.is_revoked for use in home.desk.view(*page.keys).uses)


def test_release_whose_take_is_gone_is_still_shown(home: RequestHome, page: Page) -> None:
    release(home, page, "take-9")
    (use,) = home.desk.view(*page.keys).uses
    assert (use.campaign, use.picture) == ("", None)


def test_pictures_come_from_own_releases_in_the_library_only(home: RequestHome, page: Page) -> None:
    other = home.sent()
    other.go_through()
    (home.folder / "library" / "one.mp4").write_bytes(b"film")
    (home.folder / "secret.mp4").write_bytes(b"secret")
    take(home, other, "take-1", status=TakeStatus.RELEASED, path="library/one.mp4")
    release(home, other, "take-1")
    take(home, page, "take-2", status=TakeStatus.RELEASED, path="library/../secret.mp4")
    release(home, page, "take-2")
    for take_id in ("take-1", "take-2", "take-3", "../take-1"):
        with pytest.raises(ActRefusedError, match="not_now"):
            home.desk.picture(*page.keys, take_id)


def test_script_of_the_old_version_is_not_approved_with_a_newer_passkey(home: RequestHome, page: Page) -> None:
    sha256 = home.room.requests.request_script(
        page.request_id, text=SCRIPT, locale="fr", campaign="Spring", by="legal@example.com"
    )
    record = home.room.requests.amended(page.request_id, {"scope.max_takes": 50})
    home.room.requests.new_version(page.request_id, record, by="legal@example.com", message="")
    home.desk.agree_to_checks(*page.keys)
    page.speak()
    page.device = Device(credential_id=b"credential-2")
    page.enrol()
    answer = page.device.get(home.desk.script_options(*page.keys, sha256))
    with pytest.raises(ActRefusedError, match="passkey_other"):
        home.desk.approve_script(*page.keys, sha256, answer)


def test_plan_that_cannot_be_read_asks_for_nothing(home: RequestHome, page: Page) -> None:
    assert planned_script("{}") is None
    assert planned_script("no json") is None


def test_record_that_asks_for_no_scripts_shows_none(home: RequestHome) -> None:
    page = home.sent(changes={"max_takes = 20": 'max_takes = 20\nscript_approval = "none"'})
    page.go_through()
    home.room.requests.request_script(
        page.request_id, text=SCRIPT, locale="fr", campaign="Spring", by="legal@example.com"
    )
    assert home.desk.view(*page.keys).scripts == ()
