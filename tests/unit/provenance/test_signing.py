"""Signing and reading back, by the library that signed and by one that shares no code with it."""

from __future__ import annotations

import http.server
import io
import json
import threading
from dataclasses import replace
from pathlib import Path

import c2pa
import encypher_c2pa
import pytest

from pipelines.errors import ProvenanceError
from pipelines.provenance import library
from pipelines.provenance.claims import ConsentClaim
from pipelines.provenance.identity import SigningIdentity
from pipelines.provenance.manifest import IPTC, Action, Ingredient, manifest_definition
from pipelines.provenance.reading import interpret, read_manifest
from pipelines.provenance.signing import sign_file
from tests.fakes.media_files import MEDIA_TYPES
from tests.unit.provenance.conftest import GENERATED, now, spec_for

FORMATS = sorted(MEDIA_TYPES)


@pytest.fixture
def signed(request: pytest.FixtureRequest, media: dict[str, Path], identity: SigningIdentity, tmp_path: Path) -> Path:
    name = request.param
    sign_file(media[name], tmp_path / name, spec_for(MEDIA_TYPES[name]), identity)
    return tmp_path / name


@pytest.mark.parametrize("signed", FORMATS, indirect=True)
def test_both_verifiers_trust_what_we_sign(signed: Path, identity: SigningIdentity) -> None:
    reading = read_manifest(signed, trust_anchors_pem=identity.trust_anchors_pem)
    assert (reading.state, reading.failures) == ("trusted", ())
    second = encypher_c2pa.verify(
        str(signed),
        MEDIA_TYPES[signed.name],
        trust_pem=identity.trust_anchors_pem,
        no_default_trust=True,
        telemetry=False,
        online=False,
    )
    assert second["validation_state"] == "Trusted"
    assert not second["validation_results"]["failure"]


@pytest.mark.parametrize("signed", FORMATS, indirect=True)
def test_the_manifest_says_what_the_spec_said(signed: Path, identity: SigningIdentity) -> None:
    spec = spec_for(MEDIA_TYPES[signed.name])
    reading = read_manifest(signed, trust_anchors_pem=identity.trust_anchors_pem)
    assert (reading.consent, reading.disclosure) == (spec.consent, spec.disclosure)
    assert reading.actions == ("c2pa.created", "c2pa.dubbed", "c2pa.translated", "c2pa.edited")
    assert reading.digital_source_types == (GENERATED,)
    assert reading.spec_version == "2.4.0"
    assert reading.generator.startswith("Sayso ")


@pytest.mark.parametrize("signed", ["film.mp4"], indirect=True)
def test_everything_of_ours_is_vouched_for_and_nothing_is_pictured(signed: Path, identity: SigningIdentity) -> None:
    with (
        library.open_context(trust_anchors_pem=identity.trust_anchors_pem) as context,
        signed.open("rb") as file,
        c2pa.Reader("video/mp4", file, context=context) as reader,
    ):
        detailed = json.loads(reader.detailed_json())
        store = json.loads(reader.json())
    claim = detailed["manifests"][detailed["active_manifest"]]["claim"]
    gathered = claim.get("gathered_assertions") or []
    created = {entry["url"].rsplit("/", 1)[-1] for entry in claim["created_assertions"]}
    assert not gathered
    assert {
        "c2pa.actions.v2",
        "org.sayso.consent",
        "org.sayso.disclosure",
        "cawg.training-mining",
        "cawg.metadata",
    } <= created
    assert "thumbnail" not in json.dumps(store)
    active = store["manifests"][store["active_manifest"]]
    assert {one["relationship"] for one in active["ingredients"]} == {"inputTo"}
    assert not any("hash" in one or "data" in one for one in active["ingredients"])


@pytest.mark.parametrize("name", FORMATS)
def test_no_manifest_is_not_a_broken_one(name: str, media: dict[str, Path], identity: SigningIdentity) -> None:
    reading = read_manifest(media[name], trust_anchors_pem=identity.trust_anchors_pem)
    assert reading.state == "none"
    assert not reading.failures


@pytest.mark.parametrize("signed", FORMATS, indirect=True)
def test_another_studios_anchor_makes_it_untrusted(signed: Path, tmp_path: Path) -> None:
    other = SigningIdentity.open_or_create(tmp_path / "other", clock=now)
    assert read_manifest(signed, trust_anchors_pem=other.trust_anchors_pem).state == "untrusted"


@pytest.mark.parametrize("signed", FORMATS, indirect=True)
def test_a_damaged_manifest_is_invalid_and_never_raises(signed: Path, identity: SigningIdentity) -> None:
    data = bytearray(signed.read_bytes())
    for word in (b"jumb", b"org.sayso.consent", b"c2pa.signature"):
        place = data.find(word)
        assert place > 0
        spoiled = bytearray(data)
        spoiled[place + 1] ^= 0xFF
        signed.write_bytes(spoiled)
        assert read_manifest(signed, trust_anchors_pem=identity.trust_anchors_pem).state in {"invalid", "none"}


def test_signing_never_overwrites(media: dict[str, Path], identity: SigningIdentity, tmp_path: Path) -> None:
    target = tmp_path / "there.mp4"
    target.write_text("mine")
    with pytest.raises(ProvenanceError, match="already there"):
        sign_file(media["film.mp4"], target, spec_for("video/mp4"), identity)
    assert target.read_text() == "mine"


def test_a_file_that_cannot_be_signed_leaves_nothing(identity: SigningIdentity, tmp_path: Path) -> None:
    (tmp_path / "no.png").write_bytes(b"no picture at all")
    with pytest.raises(ProvenanceError, match="could not be signed"):
        sign_file(tmp_path / "no.png", tmp_path / "out.png", spec_for("image/png"), identity)
    assert not (tmp_path / "out.png").exists()


REFUSED = {
    "no ingredient": {"ingredients": ()},
    "a source type that hides AI": {"digital_source_type": IPTC + "digitalCapture"},
    "an action's source type that hides AI": {
        "actions": (Action(name="c2pa.edited", digital_source_type=IPTC + "humanEdits"),)
    },
    "a watermark that nobody applied": {
        "actions": (Action(name="c2pa.watermarked.bound", digital_source_type=GENERATED),)
    },
    "a time without a zone": {"created_at": now().replace(tzinfo=None)},
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_dishonest_or_empty_spec_is_refused(name: str) -> None:
    with pytest.raises(ProvenanceError):
        manifest_definition(spec_for("video/mp4", **REFUSED[name]))


def test_sound_claims_no_soft_binding_that_c2pa_does_not_know() -> None:
    from pipelines.provenance.fingerprint import MELSIGN, Fingerprint

    mark = Fingerprint(kind="audio", algorithm=MELSIGN, value="AAAA")
    labels = [one["label"] for one in manifest_definition(spec_for("audio/wav", fingerprint=mark))["assertions"]]  # type: ignore[index,attr-defined] # plain JSON
    assert "c2pa.soft-binding" not in labels


def test_ingredients_carry_no_bytes_and_neutral_titles() -> None:
    definition = manifest_definition(spec_for("video/mp4"))
    for one in definition["ingredients"]:  # type: ignore[attr-defined] # plain JSON
        assert set(one) <= {"title", "format", "relationship", "label", "data_types"}


@pytest.mark.parametrize(
    "wanted",
    [
        {"verify": {"remote_manifest_fech": False}},
        {"trust": {"trust_anchor": "x"}},
        {"builder": {"thumbnails": {"enabled": False}}},
    ],
)
def test_misspelt_settings_are_refused(wanted: dict[str, object]) -> None:
    with pytest.raises(ProvenanceError, match="unknown C2PA settings"):
        library.check_settings(wanted)


def test_the_thumbnail_setting_is_the_one_that_works(media: dict[str, Path], identity: SigningIdentity) -> None:
    """The same manifest with the setting turned round has a thumbnail: so the key is spelt right, and it is needed."""
    wanted = library.settings(trust_anchors_pem=identity.trust_anchors_pem)
    found = {}
    for enabled in (False, True):
        config = json.loads(json.dumps(wanted))
        config["builder"]["thumbnail"]["enabled"] = enabled
        target = io.BytesIO()
        with (
            c2pa.Context.from_dict(config) as context,
            c2pa.Signer.from_callback(identity.sign, c2pa.C2paSigningAlg.ES256, identity.chain_pem) as signer,
            c2pa.Builder(manifest_definition(spec_for("image/jpeg")), context) as builder,
            media["still.jpg"].open("rb") as source,
        ):
            builder.sign(signer, "image/jpeg", source, target)
        found[enabled] = b"c2pa.thumbnail" in target.getvalue()
    assert found == {False: False, True: True}


@pytest.mark.enable_socket
def test_reading_never_calls_the_address_a_file_names(
    media: dict[str, Path], identity: SigningIdentity, tmp_path: Path
) -> None:
    calls = []

    class Trap(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            calls.append(self.path)
            self.send_error(404)

        def log_message(self, *_: object) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Trap) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            remote = tmp_path / "remote.jpg"
            with (
                library.open_context(trust_anchors_pem=identity.trust_anchors_pem) as context,
                c2pa.Signer.from_callback(identity.sign, c2pa.C2paSigningAlg.ES256, identity.chain_pem) as signer,
                c2pa.Builder(manifest_definition(spec_for("image/jpeg")), context) as builder,
                media["still.jpg"].open("rb") as source,
                remote.open("w+b") as target,
            ):
                builder.set_no_embed()
                builder.set_remote_url(f"http://127.0.0.1:{server.server_port}/manifest.c2pa")
                builder.sign(signer, "image/jpeg", source, target)
            state = read_manifest(remote, trust_anchors_pem=identity.trust_anchors_pem).state
        finally:
            server.shutdown()
            thread.join()
    assert state in {"none", "invalid"}
    assert calls == []


ODD_STORES: dict[str, object] = {
    "empty": {},
    "no active manifest": {"active_manifest": "x", "manifests": {}, "validation_state": "Trusted"},
    "lists for mappings": {"active_manifest": "x", "manifests": [], "validation_state": "Trusted"},
    "trusted with a failure": {
        "active_manifest": "x",
        "manifests": {"x": {"title": "t"}},
        "validation_state": "Trusted",
        "validation_results": {"activeManifest": {"failure": [{"code": "assertion.dataHash.mismatch"}]}},
    },
    "trusted with a failing ingredient": {
        "active_manifest": "x",
        "manifests": {"x": {"title": "t"}},
        "validation_state": "Trusted",
        "validation_results": {
            "activeManifest": {"failure": []},
            "ingredientDeltas": [{"validationDeltas": {"failure": [{"code": "claimSignature.mismatch"}]}}],
        },
    },
    "only valid": {"active_manifest": "x", "manifests": {"x": {"title": "t"}}, "validation_state": "Valid"},
    "malformed claim of ours": {
        "active_manifest": "x",
        "manifests": {"x": {"assertions": [{"label": "org.sayso.consent", "data": {"take": 7}}]}},
        "validation_state": "Trusted",
    },
}


@pytest.mark.parametrize("name", ODD_STORES)
def test_anything_but_trusted_without_failures_is_no_trust(name: str) -> None:
    assert interpret(ODD_STORES[name]).state == "invalid"  # type: ignore[arg-type] # odd on purpose


@pytest.mark.parametrize("found", ["7e", {}, {"hash": 7}, None])
def test_a_voice_that_is_named_wrongly_makes_the_claim_unreadable(found: object) -> None:
    claim = spec_for("audio/wav").consent
    assert ConsentClaim.from_json(claim.to_json()) == claim
    named = replace(claim, voice_profile="7e" * 32)
    assert ConsentClaim.from_json(named.to_json()) == named
    with pytest.raises(ProvenanceError, match="text was needed"):
        ConsentClaim.from_json({**named.to_json(), "voiceProfile": found})


def test_an_ingredient_is_named_by_its_key() -> None:
    assert Ingredient(key="photo", title="t", media_type="image/png").label == "ingredient-photo"
