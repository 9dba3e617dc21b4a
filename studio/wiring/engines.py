"""The real engines behind the steps of a take, loaded once for each host process and kept."""

from __future__ import annotations

import dataclasses
import json
from functools import cached_property
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from consent.grant import Grant, Modality
from pipelines.avatar.engine import PhotoAvatar
from pipelines.avatar.motion_file import read_motion, write_motion
from pipelines.avatar.musetalk.engine import MuseTalkAvatar
from pipelines.avatar.musetalk.grounds import Ground, shut
from pipelines.avatar.portrait import load_portrait
from pipelines.avatar.twin.engine import TwinAvatar, face_of
from pipelines.avatar.twin.model import Twin
from pipelines.avatar.twin.motion_file import read_twin_motion, write_twin_motion
from pipelines.compose.filmed import Filmed, FilmedFrames
from pipelines.compose.framing import Bust
from pipelines.compose.layout import SceneLayout, lay_out
from pipelines.compose.painting.looking import Looker
from pipelines.compose.painting.models import paint_model
from pipelines.compose.painting.painter import Painter
from pipelines.compose.scene import compose, compose_audio, compose_still, take_audio
from pipelines.compose.spec import Brand, SceneSpec, parse_format
from pipelines.compose.timeline import pad_speech
from pipelines.disclosure.fonts import FontSet, load_fonts
from pipelines.media import ByteArray, FrameSource, MotionTrack, Portrait, Progress, Scene, Speech
from pipelines.release.door import ReleaseDoor
from pipelines.release.listening import decode_sound
from pipelines.release.take import TakeProvenance
from pipelines.voice.dubbing.fitting import fit_speech
from pipelines.voice.dubbing.mixing import with_stem
from pipelines.voice.dubbing.table import Slot
from pipelines.voice.kokoro.engine import SPEED_MAX, SPEED_MIN, KokoroVoice
from pipelines.voice.quality.gate import check_speech
from pipelines.voice.quality.judges import EnrolledVoice, Judges, open_judges
from pipelines.voice.quality.report import QualityReport
from pipelines.voice.quality.retrying import Checked, Try, speak_checked
from pipelines.voice.tone import delivery_of
from pipelines.voice.voices import default_voice
from studio.errors import JobError
from studio.jobs.dub_file import placed_path, write_placed
from studio.jobs.plan import TakePlan
from studio.jobs.quality_file import write_quality
from studio.jobs.speech_file import read_speech, write_speech
from studio.wiring.cards import cards_of
from studio.wiring.likenesses import manifest_name, profile_of, twin_of
from studio.wiring.root import Wiring
from studio.wiring.watermark import installed_watermark

FPS = 25
SPOKEN_SHARE = 0.85  # of the speech step's time; the rest is listening
_PAINTED = "background.png"
THREADS = 1  # one host for each core: more threads only wait for each other


class RealEngines:
    """Implements ``studio.jobs.steps.TakeEngines``."""

    def __init__(self, wiring: Wiring) -> None:
        cv2.setNumThreads(THREADS)
        self._wiring = wiring
        self._painters: dict[str, Painter] = {}

    @cached_property
    def _voice(self) -> KokoroVoice:
        return KokoroVoice(self._wiring.weights, self._wiring.clock, threads=THREADS)

    @cached_property
    def _judges(self) -> Judges:
        return open_judges(self._wiring.weights, threads=THREADS)

    @cached_property
    def _judges_of_persons(self) -> Judges:
        return open_judges(self._wiring.weights, threads=THREADS, with_encoder=True)

    @cached_property
    def _avatar(self) -> PhotoAvatar:
        return PhotoAvatar(self._wiring.weights, self._wiring.clock, threads=THREADS)

    @cached_property
    def _twins(self) -> TwinAvatar:
        return TwinAvatar(self._wiring.weights, self._wiring.clock, threads=THREADS)

    @cached_property
    def _musetalk(self) -> MuseTalkAvatar:
        return MuseTalkAvatar(self._wiring.weights, self._wiring.clock, threads=THREADS)

    @cached_property
    def _fonts(self) -> FontSet:
        return load_fonts(self._wiring.weights)

    @cached_property
    def _door(self) -> ReleaseDoor:
        settings = self._wiring.settings
        return ReleaseDoor(
            gate=self._wiring.gate,
            identity=self._wiring.identity,
            fonts=self._fonts,
            notice_speaker=self._voice,
            clock=self._wiring.clock,
            library=settings.library_dir,
            quarantine=settings.work_dir,
            threads=THREADS,
            watermark=installed_watermark(self._wiring.weights),
        )

    def speech(self, plan: TakePlan, grant: Grant, *, done: Path, out: Path, progress: Progress) -> None:  # noqa: ARG002 - the first step has nothing before it
        """Speak the script until a listener hears it; a video's speech gets its lead-in and tail here, once."""
        voice = plan.voice or default_voice(plan.locale, plan.voice_gender)
        person = profile_of(self._wiring, plan)
        enrolled = None if person is None else EnrolledVoice(embedding=person.embedding)

        def spoken(pace: float) -> Checked:
            def speak(one: Try) -> Speech:
                return self._voice.speak(
                    plan.text,
                    locale=plan.locale,
                    voice=voice,
                    grant=grant,
                    seed=one.seed,
                    speed=min(max(plan.speed * pace * one.pace, SPEED_MIN), SPEED_MAX),
                    pronunciations=plan.pronunciations,
                    likeness=person,
                    delivery=delivery_of(plan.tone, pitch_st=plan.pitch),
                    progress=lambda share: progress(share * SPOKEN_SHARE),
                )

            return speak_checked(speak, check=check, seed=plan.seed)

        def check(speech: Speech) -> QualityReport:
            return check_speech(
                speech,
                script=plan.text,
                locale=plan.locale,
                judges=self._judges if enrolled is None else self._judges_of_persons,
                likeness=enrolled,
                pronunciations=plan.pronunciations,
            )

        checked = spoken(1.0)
        speech = checked.speech
        if plan.lines:
            slots = [Slot(start_s=line.start_s, end_s=line.end_s, text=line.text) for line in plan.lines]
            dubbed = fit_speech(
                slots,
                speak=lambda pace: speech if pace == 1.0 else spoken(pace).speech,
                duration_s=plan.programme_s,
            )
            write_placed(
                dubbed.lines, placed_path(self._wiring.settings.campaigns_dir / plan.campaign_id, plan.take_id)
            )
            speech = dubbed.speech
        write_quality(checked, out / "quality.json")
        write_speech(pad_speech(speech, fps=FPS) if plan.kind == "video" else speech, out)
        progress(1.0)

    def animate(self, plan: TakePlan, grant: Grant, *, done: Path, out: Path, progress: Progress) -> None:
        """Find how the face moves with the speech."""
        speech = read_speech(done / "speech")
        if plan.twin is not None:
            write_twin_motion(self._twins.motion(speech, twin=self._twin(plan), grant=grant), out / "motion.npz")
            progress(1.0)
            return
        motion = self._avatar.motion(
            speech,
            portrait=self._portrait(plan),
            grant=grant,
            seed=plan.seed,
            fps=FPS,
            tone=plan.tone,
            progress=progress,
        )
        write_motion(motion, out / "motion.npz")

    def compose(self, plan: TakePlan, grant: Grant, *, done: Path, out: Path, progress: Progress) -> None:  # noqa: ARG002 - it was asked for; laying out uses nothing of the person
        """Lay the scene out, which checks it, and write it down."""
        if plan.kind != "audio":
            spec = self._spec(plan)
            speech = read_speech(done / "speech") if plan.kind == "video" else None
            if plan.twin is not None:
                lay_out(spec, speech, fonts=self._fonts, filmed=_filmed(self._twin(plan)))
            else:
                portrait = self._portrait(plan)
                reach = self._avatar.inspect(portrait).reach
                bust = Bust(above=reach.above, below=reach.below, half_width=reach.half_width)
                if plan.painted is not None:
                    spec = self._painted(plan, spec, out, progress)
                lay_out(spec, speech, fonts=self._fonts, bust=bust, surroundings=self._surroundings(plan, portrait))
                (out / "bust.json").write_text(json.dumps(dataclasses.asdict(bust)), encoding="utf-8")
            (out / "scene.json").write_text(spec.to_json(), encoding="utf-8")
        progress(1.0)

    def release(self, plan: TakePlan, grant: Grant, *, done: Path, progress: Progress) -> Path:
        """Render the frames one by one through the door."""
        scene, cards = self._scene(plan, grant, done)
        provenance = TakeProvenance(
            request=plan.request,
            model_cards=cards,
            translated_from=plan.translated_from,
            producer=plan.producer,
            voice_profile=manifest_name(self._wiring, plan, Modality.VOICE),
            face_profile=manifest_name(self._wiring, plan, Modality.FACE),
            background_is_painted=plan.painted is not None and plan.kind != "audio",
        )
        return self._door.release(scene, grant=grant, provenance=provenance, progress=progress).path

    def finish_release(self, plan: TakePlan) -> Path | None:
        """End an interrupted move."""
        release = self._door.finish(plan.request)
        return None if release is None else release.path

    def _scene(self, plan: TakePlan, grant: Grant, done: Path) -> tuple[Scene, tuple[str, ...]]:
        cards = cards_of(plan)
        if plan.kind == "audio":
            heard = read_speech(done / "speech")
            return compose_audio(self._with_stem(plan, heard)), heard.cards
        spec = SceneSpec.from_json((done / "compose" / "scene.json").read_text(encoding="utf-8"))
        speech = read_speech(done / "speech") if plan.kind == "video" else None
        drawn = self._filmed_frames if plan.twin is not None else self._portrayed
        layout, performance = drawn(plan, grant, done, spec, speech)
        if speech is None:
            return compose_still(layout, performance, fonts=self._fonts), cards
        return compose(layout, performance, take_audio(layout, speech), fonts=self._fonts), cards

    def _portrayed(
        self, plan: TakePlan, grant: Grant, done: Path, spec: SceneSpec, speech: Speech | None
    ) -> tuple[SceneLayout, FrameSource]:
        if plan.painted is not None:
            spec = dataclasses.replace(spec, background=done / "compose" / _PAINTED)
        bust = Bust(**json.loads((done / "compose" / "bust.json").read_text(encoding="utf-8")))
        portrait = self._portrait(plan)
        layout = lay_out(spec, speech, fonts=self._fonts, bust=bust, surroundings=self._surroundings(plan, portrait))
        motion = self._at_rest() if speech is None else read_motion(done / "animate" / "motion.npz")
        if speech is None or plan.lip_sync == "own":
            return layout, self._avatar.perform(portrait, motion, layout.stage, grant=grant, look=plan.look)
        base = self._avatar.perform(portrait, shut(motion), layout.stage, grant=grant)
        ground = Ground(frames=base, sha256=portrait.sha256)
        return layout, self._musetalk.perform(speech, ground, grant=grant)

    def _filmed_frames(
        self, plan: TakePlan, grant: Grant, done: Path, spec: SceneSpec, speech: Speech | None
    ) -> tuple[SceneLayout, FrameSource]:
        twin = self._twin(plan)
        filmed = _filmed(twin)
        layout = lay_out(spec, speech, fonts=self._fonts, filmed=filmed)
        assert layout.window is not None
        performance: FrameSource
        if speech is not None and plan.lip_sync == "musetalk":
            ground = Ground(frames=self._twins.loop(twin, grant=grant), sha256=twin.footage_sha256)
            performance = self._musetalk.perform(speech, ground, grant=grant)
        else:
            at_rest = speech is None
            path = done / "animate" / "motion.npz"
            motion = self._twins.at_rest(twin, grant=grant) if at_rest else read_twin_motion(path)
            performance = self._twins.perform(twin, motion, grant=grant)
        return layout, FilmedFrames(
            performance, layout.window, first=filmed.picture, width=spec.width, height=spec.height
        )

    def _with_stem(self, plan: TakePlan, speech: Speech) -> Speech:
        """The speech over the music and effects of the original, where the brief brings them."""
        path = self._input(plan, plan.stem)
        if path is None:
            return speech
        stem = decode_sound(path, sample_rate=speech.audio.sample_rate)
        if stem is None:
            raise JobError(f"the stem {path.name} of take {plan.take_id} has no sound; give a sound file")
        return dataclasses.replace(speech, audio=with_stem(speech.audio, stem))

    @staticmethod
    def _at_rest() -> MotionTrack:
        still = np.zeros(1, dtype=np.float32)
        names = (f.name for f in dataclasses.fields(MotionTrack) if f.name != "fps")
        return MotionTrack(fps=FPS, **dict.fromkeys(names, still))

    def _spec(self, plan: TakePlan) -> SceneSpec:
        width, height = parse_format(plan.frame_size)
        colours = {"colours": plan.colours} if plan.colours else {}
        return SceneSpec(
            width=width,
            height=height,
            locale=plan.locale,
            channel=plan.channel,
            brand=Brand(name=plan.brand, logo=self._input(plan, plan.logo), **colours),
            product=plan.product,
            fps=FPS,
            title=plan.title,
            call_to_action=plan.call_to_action,
            web_address=plan.web_address,
            background=self._input(plan, plan.background),
            framing=plan.framing,
            backdrop=plan.backdrop,
            subtitles=plan.subtitles,
            seed=plan.seed,
        )

    def _twin(self, plan: TakePlan) -> Twin:
        twin = twin_of(self._wiring, plan)
        if twin is None:
            raise JobError(f"take {plan.take_id} has no twin; produce the brief again")
        return twin

    def _painted(self, plan: TakePlan, spec: SceneSpec, out: Path, progress: Progress) -> SceneSpec:
        """Paint the background into the step's folder; the same spec with that picture behind the presenter."""
        assert plan.painted is not None
        picture = self._painter(plan.painter or "").paint(
            plan.painted, width=spec.width, height=spec.height, seed=plan.seed, progress=progress
        )
        path = out / _PAINTED
        Image.fromarray(picture).save(path)
        return dataclasses.replace(spec, background=path)

    def _painter(self, card_id: str) -> Painter:
        if card_id not in self._painters:
            weights = self._wiring.weights
            self._painters[card_id] = Painter(paint_model(card_id), weights, Looker(weights, threads=THREADS))
        return self._painters[card_id]

    def _surroundings(self, plan: TakePlan, portrait: Portrait) -> ByteArray | None:
        """The portrait's own room, where the scene blurs it."""
        return self._avatar.surroundings(portrait) if plan.backdrop == "blur" else None

    def _portrait(self, plan: TakePlan) -> Portrait:
        path = self._input(plan, plan.portrait)
        if path is None:
            raise JobError(f"take {plan.take_id} has no portrait; produce the brief again")
        return load_portrait(path)

    def _input(self, plan: TakePlan, name: str | None) -> Path | None:
        return None if name is None else self._wiring.settings.campaigns_dir / plan.campaign_id / name


def _filmed(twin: Twin) -> Filmed:
    face = face_of(twin)
    return Filmed(picture=face.picture, eyes=face.eyes, eye_distance=face.eye_distance)
