from __future__ import annotations

import json
import stat
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import encypher_c2pa
import pytest

from consent.errors import ConsentRefusedError
from consent.grant import ReasonCode, Sha256Hex, TakeId
from pipelines.compose.decoder import decode_frames, probe
from pipelines.disclosure.presence import label_is_present
from pipelines.errors import CancelledError, ReleaseError
from pipelines.media import Scene
from pipelines.provenance.reading import read_manifest
from pipelines.provenance.xmp.files import read_xmp
from pipelines.release.quarantine import sha256_of
from pipelines.release.take import TakeProvenance
from tests.fakes.doors import House, scene_for
from tests.fakes.scenes import film, sound, still

pytestmark = pytest.mark.weights

FORMATS = {
    "960x540": "video/mp4",
    "960x540.png": "image/png",
    "960x540.jpg": "image/jpeg",
    "wav": "audio/wav",
    "mp3": "audio/mpeg",
}


@pytest.mark.parametrize("take_format", FORMATS)
def test_every_format_leaves_disclosed_signed_and_on_record(house: House, take_format: str) -> None:
    release = house.release(request=house.studio.request(format=take_format))
    reading = read_manifest(release.path, trust_anchors_pem=house.door.identity.trust_anchors_pem)
    assert (reading.state, reading.failures) == ("trusted", ())
    second = encypher_c2pa.verify(
        str(release.path),
        FORMATS[take_format],
        trust_pem=house.door.identity.trust_anchors_pem,
        no_default_trust=True,
        telemetry=False,
        online=False,
    )
    assert (second["validation_state"], second["validation_results"]["failure"]) == ("Trusted", [])
    assert release.media_type == FORMATS[take_format]
    assert bool(release.label_text) != bool(release.notice_text)
    packet = read_xmp(release.path, media_type=release.media_type)
    assert "trainedAlgorithmicMedia" in (packet or "")
    assert sha256_of(release.path) == release.file_sha256 == release.receipt.entry.file_sha256
    assert [entry.take_id for entry in house.studio.view.releases(house.studio.public_hash)] == ["take-1"]
    assert json.loads(json.dumps(release.to_json()))["take"] == "take-1"
    assert stat.S_IMODE(release.path.parent.stat().st_mode) == 0o700
    assert not list(house.door.quarantine.rglob("*.*"))


def test_the_steps_are_listed_in_order_and_claim_no_watermark(house: House) -> None:
    release = house.release()
    assert [step.name for step in release.steps] == [
        "consent",
        "disclose",
        "watermark",
        "encode",
        "xmp",
        "mark",
        "sign",
        "read back",
        "record",
        "move",
    ]
    assert "none applied" in release.steps[2].detail
    assert b"watermarked" not in release.path.read_bytes()


def test_the_report_says_when_the_signers_certificate_ends_soon(house: House) -> None:
    at = house.door.clock()
    for days, said in ((900, ""), (20, "in 19 days: ask its authority for another this week")):
        identity = replace(house.door.identity, expires_at=at + timedelta(days=days))
        door = replace(house, door=replace(house.door, identity=identity))
        release = door.release(request=house.studio.request(take_id=TakeId(f"take-{days}"), format="wav"))
        (step,) = (one for one in release.steps if one.name == "sign")
        assert said in step.detail
        assert bool(step.detail) == bool(said)


def test_painted_background_is_named_in_the_manifest(house: House) -> None:
    painted = house.release(background_is_painted=True)
    plain = house.release(request=house.studio.request(take_id=TakeId("take-2")))
    anchors = house.door.identity.trust_anchors_pem
    reading, without = (read_manifest(one.path, trust_anchors_pem=anchors) for one in (painted, plain))
    assert (reading.state, reading.failures) == ("trusted", ())
    assert len(reading.actions) == len(without.actions) + 1
    assert any(source.endswith("/trainedAlgorithmicMedia") for source in reading.digital_source_types)
    assert b"background generated from text" in painted.path.read_bytes()
    assert b"background generated from text" not in plain.path.read_bytes()


def test_captions_lie_beside_the_file(house: House) -> None:
    release = house.release()
    assert [path.suffix for path in release.captions] == [".srt", ".vtt"]
    assert "Votre café" in release.captions[0].read_text(encoding="utf-8")


def test_sound_begins_with_the_notice_and_captions_wait_for_it(house: House) -> None:
    release = house.release(request=house.studio.request(format="mp3"))
    assert release.notice_text
    assert probe(release.path).duration_s == pytest.approx(1.5 + 0.6 + 3.0, abs=0.15)
    lines = release.captions[0].read_text(encoding="utf-8")
    assert release.notice_text.split()[0] in lines
    assert "00:00:02,2" in lines


def test_a_market_that_asks_for_more_gets_more(house: House) -> None:
    release = house.release(request=house.studio.request(market="CN"), producer="Example GmbH")
    packet = read_xmp(release.path, media_type="video/mp4")
    assert packet is not None
    assert "http://www.tc260.org.cn/ns/AIGC/1.0/" in packet
    assert "Example GmbH" in packet
    assert "AI" in (release.label_text or "")
    with pytest.raises(ReleaseError, match="controller's name"):
        house.release(request=house.studio.request(market="CN", take_id=TakeId("take-2")))


def test_nothing_personal_is_published(house: House) -> None:
    data = house.release(producer="Example GmbH").path.read_bytes()
    request = house.studio.request()
    for secret in (
        request.record_id,
        *request.assets,
        "Amara",
        "amara@example.org",
        "dix secondes",
        request.script_sha256,
    ):
        assert secret.encode() not in data


def test_a_translated_take_says_from_which_language(house: House) -> None:
    release = house.release(translated_from="en")
    reading = read_manifest(release.path, trust_anchors_pem=house.door.identity.trust_anchors_pem)
    assert "c2pa.translated" in reading.actions


def test_a_persons_own_voice_is_named_by_its_salted_hash(house: House) -> None:
    release = house.release(request=house.studio.request(format="wav"), voice_profile=Sha256Hex("7e" * 32))
    reading = read_manifest(release.path, trust_anchors_pem=house.door.identity.trust_anchors_pem)
    assert (reading.state, reading.failures) == ("trusted", ())
    assert reading.consent is not None
    assert reading.consent.voice_profile == "7e" * 32
    assert (
        b"voiceProfile" not in house.release(request=house.studio.request(take_id=TakeId("take-2"))).path.read_bytes()
    )


def test_the_label_is_in_every_frame(house: House) -> None:
    from pipelines.disclosure.channel import load_channel
    from pipelines.disclosure.label import draw_label, label_for
    from pipelines.disclosure.market import load_market

    release = house.release()
    spec = label_for(
        load_market("FR"),
        load_channel("web"),
        locale="fr-FR",
        subject_class="synthetic_performer",
        width=960,
        height=540,
    )
    plate = draw_label(spec, house.fonts, reserved=())
    shares = [index / 29 for index in range(30)]
    assert all(label_is_present(frame, plate).present for frame in decode_frames(release.path, shares))


def scene_without(scene: Scene, part: str) -> Scene:
    return replace(scene, **{part: None})


MISFITS = {
    "a scene in another language": lambda h: (film(locale="en-US"), {}),
    "a film without sound": lambda h: (scene_without(film(), "audio"), {}),
    "a film without pictures": lambda h: (scene_without(film(), "frames"), {}),
    "sound with pictures": lambda h: (film(), {"format": "wav"}),
    "a still with many frames": lambda h: (scene_without(film(), "audio"), {"format": "960x540.png"}),
    "a still with sound": lambda h: (replace(still(), audio=sound().audio), {"format": "960x540.png"}),
    "another size": lambda h: (still(width=500, height=500), {"format": "960x540.png"}),
    "a take id that climbs": lambda h: (film(), {"take_id": TakeId("../../etc")}),
    "a hidden take id": lambda h: (film(), {"take_id": TakeId(".x")}),
}


@pytest.mark.parametrize("name", MISFITS)
def test_a_scene_that_is_not_the_take_stays_inside(house: House, name: str) -> None:
    scene, changes = MISFITS[name](house)
    with pytest.raises(ReleaseError):
        house.release(scene, request=house.studio.request(**changes))
    assert house.left_behind() == []
    assert house.studio.releases == {}


def test_weights_that_consent_was_not_asked_about_are_refused(house: House) -> None:
    request = house.studio.request()
    with pytest.raises(ReleaseError, match="xtts"):
        house.door.release(
            film(),
            grant=house.studio.grant(request),
            provenance=TakeProvenance(request=request, model_cards=("kokoro-82m", "xtts-v2")),
        )


def test_a_second_call_answers_with_what_left_and_renders_nothing(house: House) -> None:
    first = house.release()

    class Bomb:
        width, height, fps, frame_count = 960, 540, 25, 30

        def frames(self) -> object:
            pytest.fail("it was rendered again")

    again = house.release(replace(film(), frames=Bomb()))  # type: ignore[arg-type] # must never be read
    assert again.resumed
    assert (again.path, again.file_sha256) == (first.path, first.file_sha256)
    assert len(house.studio.view.releases(house.studio.public_hash)) == 1


def test_cancel_at_any_moment_leaves_nothing(house: House) -> None:
    for moment in (1, 2, 5, 20, 34, 37):
        calls = 0

        def cancel(limit: int = moment) -> None:
            nonlocal calls
            calls += 1
            if calls >= limit:
                raise CancelledError("stop")

        request = house.studio.request()
        with pytest.raises(CancelledError):
            house.door.release(
                film(),
                grant=house.studio.grant(request),
                provenance=TakeProvenance(request=request, model_cards=()),
                cancel=cancel,
            )
        assert house.left_behind() == []
        assert house.studio.releases == {}


def test_progress_only_grows_and_ends_at_one(house: House) -> None:
    seen: list[float] = []
    request = house.studio.request()
    house.door.release(
        film(),
        grant=house.studio.grant(request),
        provenance=TakeProvenance(request=request, model_cards=()),
        progress=seen.append,
    )
    assert seen == sorted(seen)
    assert seen[-1] == 1.0


def test_the_quota_is_kept_at_the_door(tmp_path: Path, weights_home: Path) -> None:
    house = House.open(tmp_path, weights_home, max_takes=1)
    stale = house.studio.grant(house.studio.request(take_id=TakeId("take-2")))
    house.release()
    with pytest.raises(ConsentRefusedError) as refusal:
        house.release(request=house.studio.request(take_id=TakeId("take-2")), grant=stale)
    assert {reason.code for reason in refusal.value.reasons} == {ReasonCode.QUOTA_EXHAUSTED}


def test_what_other_steps_keep_in_quarantine_is_left_alone(house: House) -> None:
    speech = house.door.quarantine / "take-1" / "speech.wav"
    speech.parent.mkdir(parents=True)
    speech.write_bytes(b"speech")
    house.release()
    assert speech.read_bytes() == b"speech"


def test_leftovers_of_an_interrupted_run_are_destroyed(house: House) -> None:
    out = house.door.quarantine / "take-1" / "out"
    out.mkdir(parents=True)
    (out / "unlabelled.mp4").write_bytes(b"leftover")
    release = house.release()
    assert {path.name for path in release.path.parent.iterdir()} == {"take-1.mp4", "take-1.srt", "take-1.vtt"}


def test_a_link_in_quarantine_is_not_followed(house: House, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "precious").write_text("x")
    folder = house.door.quarantine / "take-1"
    folder.mkdir(parents=True)
    (folder / "out").symlink_to(outside)
    house.release()
    assert (outside / "precious").exists()


@pytest.mark.parametrize("take_format", ["960x540", "mp3"])
def test_scene_for_every_format_fits(take_format: str) -> None:
    assert scene_for(take_format).locale == "fr-FR"
