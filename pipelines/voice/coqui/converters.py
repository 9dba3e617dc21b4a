"""OpenVoice v2, kNN-VC and FreeVC through coqui-tts' voice conversion, recordings handed over in memory.

Nothing of the subject is written: targets go in as tensors, and Coqui's cache of voices is never asked for.
OpenVoice: Qin, Zhao, Yu, Sun 2023 (MIT). kNN-VC: Baas, van Niekerk, Kamper 2023 (MIT). FreeVC: Li, Tu, Xiao 2022 (MIT).
"""

from __future__ import annotations

import functools
import json
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import torch
from typing_extensions import override

from consent.grant import Grant
from pipelines.errors import InputInvalidError, PipelineError, WeightsError
from pipelines.media import AudioClip, CancelCheck, Float32Array, Progress, Speech, never_cancel, no_progress
from pipelines.voice.conversion.converters import TargetRecording, converted, digest_of, require_targets, resampled
from pipelines.voice.coqui.importing import coqui_api, quietly
from pipelines.voice.coqui.speaking import seeded
from pipelines.voice.coqui.staging import staged
from pipelines.voice.coqui.trust import read_config
from pipelines.voice.engine import Clock, WeightFiles

_TARGET_S_MAX: Final = 60.0  # of recordings: kNN searches all of it for every 20 ms, and more adds nothing to a mean
_WAVLM_PLACE: Final = "tts/wavlm/WavLM-Large.pt"  # where Coqui looks below $TTS_HOME


class _CoquiConverter(ABC):
    """What the three share: refusals, rates, the clock. ``rate_in`` is what the net listens at, in Hz."""

    converter_id: str
    cards: tuple[str, ...]
    rate_in: int

    def __init__(self, weights: WeightFiles, clock: Clock, threads: int = 1) -> None:
        self._weights = weights
        self._clock = clock
        self._threads = threads

    def convert(
        self,
        speech: Speech,
        *,
        targets: Sequence[TargetRecording],
        grant: Grant | None,
        seed: int,
        progress: Progress = no_progress,
        cancel: CancelCheck = never_cancel,
    ) -> Speech:
        """Return the speech in the targets' voice; see ``VoiceConverter.convert``."""
        require_targets(targets, grant=grant, locale=speech.locale, script=speech.script, at=self._clock())
        cancel()
        progress(0.0)
        net = self._net
        cancel()
        source, clips = self._tensor(speech.audio), self._clips(_within(targets))
        try:
            with quietly(), seeded(seed, threads=self._threads):
                made = net.voice_conversion(source_wav=source, target_wav=clips)
        except RuntimeError as e:  # torch's word for tensors that do not fit: a voice detector left nothing of a clip
            raise InputInvalidError(
                f"{self.converter_id} hears too little speech in these recordings; give clearer or longer ones"
            ) from e
        progress(1.0)
        return converted(
            speech,
            _samples(made),
            int(net.voice_converter.output_sample_rate),
            voice=f"{self.converter_id}:{digest_of(targets)}",
            cards=self.cards,
        )

    @functools.cached_property
    def _net(self) -> Any:  # noqa: ANN401 -- coqui-tts has no types
        """A ``TTS.api.TTS`` with its voice converter loaded."""
        api = coqui_api()
        try:
            with quietly():
                tts = api.TTS(progress_bar=False)
                tts.voice_converter = self._open(api.Synthesizer)
        except PipelineError:
            raise
        except Exception as e:
            raise WeightsError(
                f"{self.converter_id} cannot be opened ({type(e).__name__}: {str(e)[:200]}); run: sayso models verify"
            ) from e
        return tts

    @abstractmethod
    def _open(self, synthesizer: Any) -> Any:  # noqa: ANN401 -- coqui-tts has no types
        """Build Coqui's ``Synthesizer`` from the cards' files."""

    def _clips(self, recordings: Sequence[AudioClip]) -> list[torch.Tensor]:
        return [self._tensor(clip) for clip in recordings]

    def _tensor(self, clip: AudioClip) -> torch.Tensor:
        return torch.from_numpy(resampled(clip.waveform, clip.sample_rate, self.rate_in).copy())


class OpenVoiceV2(_CoquiConverter):
    """OpenVoice v2's tone colour converter: quick on a CPU, keeps accent and melody, changes timbre."""

    converter_id = "openvoice-v2"
    cards = ("openvoice-v2",)
    rate_in = 22_050

    @override
    def _open(self, synthesizer: Any) -> Any:
        checkpoint = self._weights.path("openvoice-v2", "checkpoint.pth")
        config = self._weights.path("openvoice-v2", "config.json")
        found = json.loads(config.read_text(encoding="utf-8")).get("data", {}).get("sampling_rate")
        if found != self.rate_in:
            raise WeightsError(f"OpenVoice v2 listens at {self.rate_in} Hz and this config says {found!r}")
        # Coqui knows the model by the word in its path, and reads the config that lies beside it.
        places = {"OpenVoice/checkpoint.pth": checkpoint, "OpenVoice/config.json": config}
        with staged(places) as folder:
            return synthesizer(
                vc_checkpoint=str(folder / "OpenVoice" / "checkpoint.pth"),
                vc_config=str(folder / "OpenVoice" / "config.json"),
            )


class KnnVc(_CoquiConverter):
    """kNN-VC: every 20 ms of the base becomes the mean of the 4 most alike of the target; wants a minute of it."""

    converter_id = "knnvc"
    cards = ("wavlm-large", "knnvc-vocoder")
    rate_in = 16_000

    @override
    def _open(self, synthesizer: Any) -> Any:
        vocoder = self._weights.path("knnvc-vocoder", "model.pth")
        config = self._weights.path("knnvc-vocoder", "config.json")
        read_config(config, model="hifigan")
        width = _generator_input(config.read_text(encoding="utf-8"))
        places = {
            _WAVLM_PLACE: self._weights.path("wavlm-large", "WavLM-Large.pt"),
            "vocoder.pth": vocoder,
            "vocoder.json": config,
        }
        own = {"model": "knnvc", "model_args": {"ssl_dim": width}}
        with staged(places, texts={"config.json": json.dumps(own)}) as folder:
            return synthesizer(
                vc_checkpoint=str(folder / "none.pth"),  # kNN-VC has no weights of its own; Coqui wants a name
                vc_config=str(folder / "config.json"),
                vocoder_checkpoint=str(folder / "vocoder.pth"),
                vocoder_config=str(folder / "vocoder.json"),
            )

    @override
    def _clips(self, recordings: Sequence[AudioClip]) -> list[torch.Tensor]:
        # As one: Coqui cuts silence from each clip's ends, and fails on one short clip that it cuts to nothing.
        return [torch.cat(super()._clips(recordings))]


class FreeVc(_CoquiConverter):
    """FreeVC at 24 kHz: WavLM features, speaker taken out by a bottleneck and put back from the target."""

    converter_id = "freevc24"
    cards = ("wavlm-large", "freevc24")
    rate_in = 16_000

    @override
    def _open(self, synthesizer: Any) -> Any:
        config = self._weights.path("freevc24", "config.json")
        read = read_config(config, model="freevc")
        if (read.get("model_args") or {}).get("use_spk"):
            raise WeightsError("this FreeVC wants a speaker encoder from the web; its card must hold one without")
        places = {
            _WAVLM_PLACE: self._weights.path("wavlm-large", "WavLM-Large.pt"),
            "model.pth": self._weights.path("freevc24", "model.pth"),
            "config.json": config,
        }
        with staged(places) as folder:
            return synthesizer(vc_checkpoint=str(folder / "model.pth"), vc_config=str(folder / "config.json"))


def _within(targets: Sequence[TargetRecording]) -> list[AudioClip]:
    """The first minute of the recordings."""
    made: list[AudioClip] = []
    left_s = _TARGET_S_MAX
    for target in targets:
        rate = target.audio.sample_rate
        clip = AudioClip(waveform=target.audio.waveform[: round(left_s * rate)], sample_rate=rate)
        if len(clip.waveform):
            made.append(clip)
        left_s -= clip.duration_s
    return made


def _samples(made: object) -> Float32Array:
    if isinstance(made, torch.Tensor):
        made = made.detach().cpu().numpy()
    return np.asarray(made, dtype=np.float32).reshape(-1)


def _generator_input(config: str) -> int:
    """How wide the features are that the vocoder was made for."""
    parameters = json.loads(config).get("generator_model_params") or {}
    width = parameters.get("pre_linear")
    if not isinstance(width, int):
        raise WeightsError("this vocoder reads no WavLM features (its config has no pre_linear); correct the card")
    return width
