"""The real engines behind the steps of a take, loaded once for each host process and kept."""

from __future__ import annotations

import dataclasses
import json
from functools import cached_property
from pathlib import Path

import cv2
import numpy as np

from consent.grant import Grant
from pipelines.avatar.engine import PhotoAvatar
from pipelines.avatar.motion_file import read_motion, write_motion
from pipelines.avatar.portrait import load_portrait
from pipelines.compose.framing import Bust
from pipelines.compose.layout import lay_out
from pipelines.compose.scene import compose, compose_audio, compose_still, take_audio
from pipelines.compose.spec import Brand, SceneSpec, parse_format
from pipelines.compose.timeline import pad_speech
from pipelines.disclosure.fonts import FontSet, load_fonts
from pipelines.media import MotionTrack, Portrait, Progress, Scene
from pipelines.release.door import ReleaseDoor
from pipelines.release.take import TakeProvenance
from pipelines.voice.kokoro import KokoroVoice
from pipelines.voice.voices import default_voice
from studio.errors import JobError
from studio.jobs.plan import TakePlan
from studio.jobs.speech_file import read_speech, write_speech
from studio.wiring.cards import cards_of_kind
from studio.wiring.root import Wiring

FPS = 25
THREADS = 1  # one host for each core: more threads only wait for each other


class RealEngines:
    """Implements ``studio.jobs.steps.TakeEngines``."""

    def __init__(self, wiring: Wiring) -> None:
        cv2.setNumThreads(THREADS)
        self._wiring = wiring

    @cached_property
    def _voice(self) -> KokoroVoice:
        return KokoroVoice(self._wiring.weights, self._wiring.clock, threads=THREADS)

    @cached_property
    def _avatar(self) -> PhotoAvatar:
        return PhotoAvatar(self._wiring.weights, self._wiring.clock, threads=THREADS)

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
        )

    def speech(self, plan: TakePlan, grant: Grant, *, done: Path, out: Path, progress: Progress) -> None:  # noqa: ARG002 - the first step has nothing before it
        """Speak the script; a video's speech gets its lead-in and tail here, once."""
        voice = plan.voice or default_voice(plan.locale, plan.voice_gender)
        spoken = self._voice.speak(
            plan.text,
            locale=plan.locale,
            voice=voice,
            grant=grant,
            seed=plan.seed,
            speed=plan.speed,
            pronunciations=plan.pronunciations,
            progress=progress,
        )
        write_speech(pad_speech(spoken, fps=FPS) if plan.kind == "video" else spoken, out)

    def animate(self, plan: TakePlan, grant: Grant, *, done: Path, out: Path, progress: Progress) -> None:
        """Find how the face moves with the speech."""
        motion = self._avatar.motion(
            read_speech(done / "speech"),
            portrait=self._portrait(plan),
            grant=grant,
            seed=plan.seed,
            fps=FPS,
            progress=progress,
        )
        write_motion(motion, out / "motion.npz")

    def compose(self, plan: TakePlan, grant: Grant, *, done: Path, out: Path, progress: Progress) -> None:  # noqa: ARG002 - it was asked for; laying out uses nothing of the person
        """Lay the scene out, which checks it, and write it down."""
        if plan.kind != "audio":
            reach = self._avatar.inspect(self._portrait(plan)).reach
            bust = Bust(above=reach.above, below=reach.below, half_width=reach.half_width)
            spec = self._spec(plan)
            speech = read_speech(done / "speech") if plan.kind == "video" else None
            lay_out(spec, speech, fonts=self._fonts, bust=bust)
            written = {"above": bust.above, "below": bust.below, "half_width": bust.half_width}
            (out / "bust.json").write_text(json.dumps(written), encoding="utf-8")
            (out / "scene.json").write_text(spec.to_json(), encoding="utf-8")
        progress(1.0)

    def release(self, plan: TakePlan, grant: Grant, *, done: Path, progress: Progress) -> Path:
        """Render the frames one by one through the door."""
        scene, cards = self._scene(plan, grant, done)
        provenance = TakeProvenance(
            request=plan.request, model_cards=cards, translated_from=plan.translated_from, producer=plan.producer
        )
        return self._door.release(scene, grant=grant, provenance=provenance, progress=progress).path

    def finish_release(self, plan: TakePlan) -> Path | None:
        """End an interrupted move."""
        release = self._door.finish(plan.request)
        return None if release is None else release.path

    def _scene(self, plan: TakePlan, grant: Grant, done: Path) -> tuple[Scene, tuple[str, ...]]:
        cards = cards_of_kind(plan.kind)
        if plan.kind == "audio":
            speech = read_speech(done / "speech")
            return compose_audio(speech), speech.cards
        spec = SceneSpec.from_json((done / "compose" / "scene.json").read_text(encoding="utf-8"))
        bust = Bust(**json.loads((done / "compose" / "bust.json").read_text(encoding="utf-8")))
        portrait = self._portrait(plan)
        if plan.kind == "still":
            layout = lay_out(spec, None, fonts=self._fonts, bust=bust)
            performance = self._avatar.perform(portrait, self._at_rest(), layout.stage, grant=grant)
            return compose_still(layout, performance, fonts=self._fonts), cards
        speech = read_speech(done / "speech")
        layout = lay_out(spec, speech, fonts=self._fonts, bust=bust)
        motion = read_motion(done / "animate" / "motion.npz")
        performance = self._avatar.perform(portrait, motion, layout.stage, grant=grant)
        return compose(layout, performance, take_audio(layout, speech), fonts=self._fonts), cards

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
            subtitles=plan.subtitles,
            seed=plan.seed,
        )

    def _portrait(self, plan: TakePlan) -> Portrait:
        path = self._input(plan, plan.portrait)
        if path is None:
            raise JobError(f"take {plan.take_id} has no portrait; produce the brief again")
        return load_portrait(path)

    def _input(self, plan: TakePlan, name: str | None) -> Path | None:
        return None if name is None else self._wiring.settings.campaigns_dir / plan.campaign_id / name
