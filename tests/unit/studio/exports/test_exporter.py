"""Real door, real store, real files: what a marketer gets, and everything that is refused."""

from __future__ import annotations

import json
import subprocess
import zipfile
from pathlib import Path

import encypher_c2pa
import pytest

from consent.errors import ConsentRefusedError
from consent.grant import ReasonCode, RecordId, TakeId
from pipelines.errors import ProfileInvalidError
from studio.errors import NotFoundError, StoreError, UsageError
from studio.exports.asked import Exported
from studio.exports.package import sha256
from studio.jobs.plan import THUMBNAIL
from studio.store.acts_log import ActsLog
from tests.fakes.exporting import ExportingHome

pytestmark = pytest.mark.weights


@pytest.fixture
def house(tmp_path: Path, weights_home: Path) -> ExportingHome:
    return ExportingHome.open(tmp_path, weights_home)


@pytest.fixture
def take(house: ExportingHome) -> str:
    plan = house.plan(extra='title = "Un café"')
    house.release(plan)
    return plan.take_id


@pytest.fixture
def exported(house: ExportingHome, take: str) -> Exported:
    return house.export(take)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, weights_home: Path) -> ExportingHome:
    """For tests that change nothing."""
    return ExportingHome.open(tmp_path_factory.mktemp("shop"), weights_home)


@pytest.fixture(scope="module")
def sold(shop: ExportingHome) -> str:
    plan = shop.plan(extra='title = "Un café"')
    shop.release(plan)
    return plan.take_id


@pytest.fixture(scope="module")
def package(shop: ExportingHome, sold: str) -> Exported:
    return shop.export(sold)


def only(exported: Exported, ending: str) -> Path:
    (found,) = (p for p in exported.path.iterdir() if p.name.endswith(ending))
    return found


def test_the_media_is_the_released_file_byte_by_byte(shop: ExportingHome, sold: str, package: Exported) -> None:
    released = shop.wiring.settings.library_dir / sold / f"{sold}.mp4"
    assert only(package, ".mp4").read_bytes() == released.read_bytes()


def test_every_medium_verifies_here_and_by_a_verifier_that_shares_no_code(
    shop: ExportingHome, package: Exported
) -> None:
    anchors = shop.wiring.identity.trust_anchors_pem
    for ending, kind in ((".mp4", "video/mp4"), ("_thumbnail.jpg", "image/jpeg")):
        path = only(package, ending)
        verdict = shop.wiring.verify(path)
        assert verdict.verdict == "authentic", verdict.summary
        assert verdict.label["seen"] is True
        second = encypher_c2pa.verify(
            str(path), kind, trust_pem=anchors, no_default_trust=True, telemetry=False, online=False
        )
        text = json.dumps(second, default=str).lower()
        assert "trusted" in text
        assert "untrusted" not in text


def test_the_thumbnail_left_through_the_door_with_its_own_entry(
    shop: ExportingHome, sold: str, package: Exported
) -> None:
    receipt = shop.wiring.gate.released(TakeId(sold + THUMBNAIL))
    film = shop.wiring.gate.released(TakeId(sold))
    assert receipt is not None
    assert film is not None
    assert receipt.entry.file_sha256 == package.files[package.thumbnail]
    assert receipt.entry.public_hash == film.entry.public_hash
    assert receipt.entry.label_text == film.entry.label_text
    assert receipt.index > film.index


def test_a_thumbnail_is_among_what_is_taken_down_and_what_its_subject_sees(
    shop: ExportingHome, sold: str, package: Exported
) -> None:
    assert shop.wiring.take_down(RecordId(shop.record_id)) == {"youtube": [sold, sold + THUMBNAIL]}
    uses = shop.wiring.request_room.desk.uses
    assert uses._campaign(sold + THUMBNAIL) == "Example: Coffee One"
    shown = uses._file(sold + THUMBNAIL)
    assert shown is not None
    assert sha256(shown) == package.files[package.thumbnail]


def test_a_second_export_takes_the_same_thumbnail(house: ExportingHome, take: str, exported: Exported) -> None:
    again = house.export(take, zipped=True)
    assert again.files[again.thumbnail] == exported.files[exported.thumbnail]
    with zipfile.ZipFile(again.path) as archive:
        names = {Path(name).name for name in archive.namelist()}
        assert names == {p.name for p in exported.path.iterdir()}
        assert {Path(name).parts[0] for name in archive.namelist()} == {again.path.stem}
    assert not list(again.path.parent.glob(".*"))


def test_checksums_hold_for_everything(package: Exported) -> None:
    done = subprocess.run(
        ["sha256sum", "-c", "checksums.txt"], cwd=package.path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == len(list(package.path.iterdir())) - 1


def test_captions_come_in_the_formats_of_the_channel_and_say_what_was_placed(
    shop: ExportingHome, sold: str, package: Exported
) -> None:
    released = shop.wiring.settings.library_dir / sold / f"{sold}.srt"
    assert only(package, ".srt").read_bytes() == released.read_bytes()
    assert not list(package.path.glob("*.vtt"))


def test_the_upload_form_begins_with_the_disclosure_and_has_the_field(package: Exported) -> None:
    form = json.loads((package.path / "upload.json").read_text())
    assert form["title"] == "Un café"
    assert form["description"].splitlines()[0] == form["disclosure"]["line"]
    assert form["disclosure"]["line"].startswith("IA")
    assert form["body"] == {"status": {"containsSyntheticMedia": True}}


def test_the_package_says_what_was_measured_and_against_what(package: Exported) -> None:
    sheet = json.loads((package.path / "package.json").read_text())
    checks = {check["what"]: check for check in sheet["checks"]}
    assert sheet["measured"]["width"] == 960
    assert -40 < sheet["measured"]["lufs"] < 0
    assert checks["video codec"] == {
        "what": "video codec",
        "found": "h264",
        "needed": "h264",
        "holds": True,
        "required": True,
        "placement": "",
        "sources": ["encoding", "limits"],
    }
    assert all(check["holds"] for check in sheet["checks"] if check["required"])


@pytest.mark.parametrize(("language", "said"), [("en", "Whom to ask"), ("de", "Wen Sie fragen"), ("fr", "À qui")])
def test_the_sheet_says_what_to_tick_until_when_and_whom_to_ask(
    house: ExportingHome, take: str, language: str, said: str
) -> None:
    exported = house.export(take, language=language)
    for name in ("disclosure.txt", "disclosure.html"):
        text = (exported.path / name).read_text(encoding="utf-8")
        for part in (
            "Altered or synthetic content",
            "status.containsSyntheticMedia = true",
            "2035-01-01",
            "FR, US",
            "privacy@example.com",
            f"/verify/releases/{take}",
        ):
            assert part in text
    text = (exported.path / "disclosure.txt").read_text(encoding="utf-8")
    assert said.upper() in text
    assert "Test Performer" not in text


def test_the_export_stands_in_the_log_and_in_the_ledger(house: ExportingHome, take: str) -> None:
    before = house.wiring.ledger.view().size
    house.export(take, by="marketer@example.com")
    act = ActsLog(house.wiring.engine).of([RecordId(house.record_id)])[-1]
    assert (act.actor, act.action) == ("marketer@example.com", "exported")
    assert take in act.reason
    assert house.wiring.ledger.view().size == before + 2  # the thumbnail's release, and the export


def left_nothing(house: ExportingHome) -> bool:
    folder = house.home.folder / "packages"
    return not folder.exists() or not list(folder.iterdir())


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"channel": "web"}, 'channel = "web"'),
        ({"market": "US"}, 'market = "US"'),
        ({"locale": "en-US"}, 'locale = "en-US"'),
    ],
)
def test_another_use_needs_a_new_take_and_the_command_is_named(
    house: ExportingHome, take: str, asked: dict[str, str], said: str
) -> None:
    with pytest.raises(UsageError, match="needs a new take") as e:
        house.export(take, **asked)
    assert said in str(e.value)
    assert "sayso produce BRIEF.toml" in str(e.value)
    assert left_nothing(house)


def test_an_unknown_channel_is_said_to_be_unknown(shop: ExportingHome, sold: str) -> None:
    with pytest.raises(ProfileInvalidError, match="myspace"):
        shop.export(sold, channel="myspace")


def test_a_language_without_a_sheet_is_refused(shop: ExportingHome, sold: str) -> None:
    with pytest.raises(UsageError, match="de, en, fr"):
        shop.export(sold, language="xx")


def test_a_withdrawn_consent_hands_out_nothing(house: ExportingHome, take: str) -> None:
    house.wiring.acts.revoke(RecordId(house.record_id), reason="no more")
    with pytest.raises(ConsentRefusedError) as e:
        house.export(take)
    assert ReasonCode.REVOKED in {reason.code for reason in e.value.reasons}
    assert left_nothing(house)


def test_a_withdrawal_destroys_a_thumbnail_that_was_cut_off_in_the_making(house: ExportingHome, take: str) -> None:
    left = house.wiring.settings.work_dir / (take + THUMBNAIL) / "out"
    left.mkdir(parents=True)
    (left / "half.jpg").write_bytes(b"half")
    house.wiring.acts.revoke(RecordId(house.record_id), reason="no more")
    assert not left.parent.exists()


def test_a_suspended_consent_hands_out_nothing_until_it_is_resumed(house: ExportingHome, take: str) -> None:
    record = RecordId(house.record_id)
    house.wiring.acts.suspend(record, reason="a question")
    with pytest.raises(ConsentRefusedError):
        house.export(take)
    house.wiring.acts.resume(record, reason="answered")
    assert house.export(take).path.is_dir()


def test_a_consent_withdrawn_while_the_package_is_written_leaves_no_package(
    house: ExportingHome, take: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import studio.exports.exporter as module

    real = module.upload_texts

    def then_withdrawn(*given: object) -> object:
        house.wiring.acts.suspend(RecordId(house.record_id), reason="now")
        return real(*given)  # type: ignore[arg-type] # handed on as it came

    monkeypatch.setattr(module, "upload_texts", then_withdrawn)
    with pytest.raises(ConsentRefusedError):
        house.export(take)
    assert left_nothing(house)


def test_an_ended_consent_hands_out_nothing(house: ExportingHome, take: str) -> None:
    from datetime import UTC, datetime

    house.wiring.clock = lambda: datetime(2036, 1, 1, tzinfo=UTC)
    with pytest.raises(ConsentRefusedError) as e:
        house.export(take)
    assert ReasonCode.EXPIRED in {reason.code for reason in e.value.reasons}


def test_an_unknown_take_and_one_that_is_not_released_are_refused(house: ExportingHome) -> None:
    with pytest.raises(NotFoundError):
        house.export("nobody-01")
    plan = house.plan()
    with pytest.raises(UsageError, match="queued, not released"):
        house.export(plan.take_id)


def test_a_changed_or_missing_file_of_the_library_is_not_handed_out(house: ExportingHome, take: str) -> None:
    path = house.wiring.settings.library_dir / take / f"{take}.mp4"
    with path.open("ab") as file:
        file.write(b"more")
    with pytest.raises(StoreError, match="not the one on record"):
        house.export(take)
    path.unlink()
    with pytest.raises(StoreError, match="not in the library"):
        house.export(take)
    assert left_nothing(house)


def test_a_package_that_stands_is_not_written_over(shop: ExportingHome, sold: str, package: Exported) -> None:
    with pytest.raises(UsageError, match="exists already"):
        shop.export(sold)
    assert package.path.is_dir()


def test_the_last_take_of_a_consent_is_exported_without_a_thumbnail(tmp_path: Path, weights_home: Path) -> None:
    house = ExportingHome.open(tmp_path, weights_home, consent={"max_takes = 20": "max_takes = 1"})
    plan = house.plan()
    house.release(plan)
    exported = house.export(plan.take_id)
    assert "all takes of the consent are used" in exported.thumbnail
    assert not list(exported.path.glob("*thumbnail*"))


def test_a_sound_does_not_fit_a_channel_of_films_and_the_brief_is_named(house: ExportingHome) -> None:
    plan = house.plan("wav")
    house.release(plan)
    with pytest.raises(UsageError, match="media is audio, needed is video: change `format` in the brief"):
        house.export(plan.take_id)
    assert left_nothing(house)


def test_a_title_that_is_too_long_is_not_cut(house: ExportingHome) -> None:
    plan = house.plan(extra=f'title = "{"café" * 30}"')
    house.release(plan)
    with pytest.raises(UsageError, match=r"title is .* characters, needed is at most 100.*shorten `title`"):
        house.export(plan.take_id)


@pytest.mark.parametrize("take_format", ["wav", "960x540.png"])
def test_sounds_and_stills_go_to_channels_that_take_them(house: ExportingHome, take_format: str) -> None:
    plan = house.plan(take_format, channel="web")
    house.release(plan)
    exported = house.export(plan.take_id)
    assert exported.thumbnail == "none: no film"
    media = next(p for p in exported.path.iterdir() if p.suffix in {".wav", ".png"})
    assert house.wiring.verify(media).verdict == "authentic"
