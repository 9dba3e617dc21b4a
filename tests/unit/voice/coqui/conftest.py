"""Tiny random checkpoints in Coqui's own formats, so that its real loading and inference code runs in seconds."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from consent.grant import Grant, Modality, RecordId, Sha256Hex, TakeId, TakeRequest
from pipelines.errors import WeightsError
from pipelines.media import AudioClip

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def clock() -> datetime:
    return NOW


class Folder:
    """Weights in a folder; a missing file is refused as the real store refuses it."""

    def __init__(self, root: Path | None) -> None:
        self.root = root

    def path(self, card_id: str, file: str) -> Path:
        assert self.root is not None, "the weights were touched"
        place = self.root / card_id / file
        if not place.is_file():
            raise WeightsError(f"{file} of {card_id} is not installed; run: sayso models pull {card_id}")
        return place


def make_grant(text: str, locale: str, *, assets: frozenset[str] = frozenset()) -> Grant:
    request = TakeRequest(
        take_id=TakeId("take"), record_id=RecordId("0" * 64), brand="Example", product="Coffee One", commercial=True,
        modalities=frozenset({Modality.VOICE}), locale=locale, market="DE", channel="web", format="wav", script=text,
        assets=frozenset(Sha256Hex(asset) for asset in assets),
    )  # fmt: skip
    return Grant(
        request=request, subject_class="replica", assurance="verified", public_hash=Sha256Hex("0" * 64),
        checkpoint="note", granted_at=NOW, expires_at=NOW + timedelta(hours=2),
    )  # fmt: skip


@pytest.fixture
def grant_for() -> Callable[..., Grant]:
    return make_grant


def hum(seconds: float, *, hertz: float, rate: int = 24_000) -> AudioClip:
    """Syllables of a gliding tone with harmonics, and faint noise between them, so that voice detectors hear them."""
    time = np.arange(round(seconds * rate)) / rate
    glide = hertz * (1 + 0.2 * np.sin(2 * np.pi * 0.7 * time))
    turn = 2 * np.pi * np.cumsum(glide) / rate
    tone = sum(np.sin(k * turn) / k for k in range(1, 9))
    syllables = np.clip(np.sin(2 * np.pi * 2.5 * time - 1.0) * 4, 0.0, 1.0)
    noise = np.random.default_rng(7).normal(0.0, 1e-4, len(time))
    return AudioClip(waveform=(0.15 * tone * syllables + noise).astype(np.float32), sample_rate=rate)


def save_vits(folder: Path, *, changes: dict[str, Any] | None = None, speakers: bool = False) -> None:
    """A VITS of random numbers for German letters."""
    import torch

    from pipelines.voice.coqui.importing import coqui_api, quietly

    coqui_api()
    with quietly():
        from TTS.tts.configs.vits_config import VitsArgs, VitsConfig
        from TTS.tts.models.vits import Vits, VitsCharacters

        torch.manual_seed(1)
        args = VitsArgs(
            num_chars=0, hidden_channels=16, hidden_channels_ffn_text_encoder=16, num_layers_text_encoder=1,
            num_heads_text_encoder=1, num_layers_posterior_encoder=1, num_layers_flow=1, resblock_type_decoder="2",
            resblock_kernel_sizes_decoder=[3], resblock_dilation_sizes_decoder=[[1, 2]],
            upsample_initial_channel_decoder=16, upsample_rates_decoder=[8, 8, 2, 2],
            upsample_kernel_sizes_decoder=[16, 16, 4, 4], use_sdp=False, init_discriminator=False,
            use_speaker_embedding=speakers, speaker_embedding_channels=8,
            speakers_file="/home/trainer/speaker_ids.json" if speakers else None,
        )  # fmt: skip
        letters = "abcdefghijklmnopqrstuvwxyzäöüß"
        characters = VitsCharacters(graphemes=letters, punctuations=" .,!?;:", pad="_", ipa_characters="")
        config = VitsConfig(
            model_args=args, use_phonemes=False, text_cleaner="multilingual_cleaners",
            characters=characters.to_config(), add_blank=True,
        )  # fmt: skip
        config.characters.characters_class = "TTS.tts.models.vits.VitsCharacters"
        folder.mkdir(parents=True)
        written = {**config.to_dict(), **(changes or {})}
        if speakers:
            (folder / "speakers.json").write_text(json.dumps({"anna": 0, "bert": 1}), encoding="utf-8")
            config.model_args.speakers_file = str(folder / "speakers.json")
        model = Vits.init_from_config(config)
    (folder / "config.json").write_text(json.dumps(written), encoding="utf-8")
    torch.save({"model": model.state_dict()}, folder / "model.pth")


def save_wavlm(folder: Path, *, width: int = 32) -> None:
    """A WavLM of random numbers, two layers deep."""
    import torch

    from pipelines.voice.coqui.importing import coqui_api, quietly

    coqui_api()
    with quietly():
        from TTS.vc.layers.freevc.wavlm.wavlm import WavLM, WavLMConfig

        torch.manual_seed(2)
        settings = {
            "extractor_mode": "layer_norm", "encoder_layers": 6, "encoder_embed_dim": width,
            "encoder_ffn_embed_dim": 64, "encoder_attention_heads": 2, "layer_norm_first": True, "normalize": True,
            "conv_feature_layers": "[(32,10,5)] + [(32,3,2)] * 4 + [(32,2,2)] * 2",
            "relative_position_embedding": True, "gru_rel_pos": True,
        }  # fmt: skip
        model = WavLM(WavLMConfig(settings))
    folder.mkdir(parents=True)
    torch.save({"cfg": settings, "model": model.state_dict()}, folder / "WavLM-Large.pt")


def save_knnvc_vocoder(folder: Path, *, width: int = 32) -> None:
    """The vocoder of kNN-VC: a HiFi-GAN that reads WavLM features."""
    import torch

    from pipelines.voice.coqui.importing import coqui_api, quietly

    coqui_api()
    with quietly():
        from TTS.vocoder.configs.hifigan_config import HifiganConfig
        from TTS.vocoder.models.gan import GAN

        torch.manual_seed(3)
        config = HifiganConfig()
        config.audio.num_mels, config.audio.sample_rate, config.audio.hop_length = width, 16_000, 320
        config.generator_model_params.update(
            pre_linear=width, inference_padding=0, in_channels=width, upsample_initial_channel=16,
            upsample_factors=[10, 8, 2, 2], upsample_kernel_sizes=[20, 16, 4, 4],
        )  # fmt: skip
        model = GAN(config)
    folder.mkdir(parents=True)
    config.save_json(str(folder / "config.json"))
    torch.save({"model": model.state_dict()}, folder / "model.pth")


def save_freevc(folder: Path, *, width: int = 32) -> None:
    """A FreeVC of random numbers that listens to the tiny WavLM."""
    import torch

    from pipelines.voice.coqui.importing import coqui_api, quietly
    from pipelines.voice.coqui.staging import staged

    coqui_api()
    with quietly(), staged({"tts/wavlm/WavLM-Large.pt": folder.parent / "wavlm-large" / "WavLM-Large.pt"}):
        from TTS.vc.configs.freevc_config import FreeVCArgs, FreeVCConfig
        from TTS.vc.models.freevc import FreeVC

        torch.manual_seed(4)
        config = FreeVCConfig(
            model_args=FreeVCArgs(
                ssl_dim=width,
                inter_channels=16,
                hidden_channels=16,
                upsample_initial_channel=16,
                upsample_rates=[10, 6, 4, 2],
                upsample_kernel_sizes=[16, 16, 4, 4],  # as in freevc24: 480 per 20 ms
            )
        )
        model = FreeVC(config)
        model.dec.conv_post.weight.data *= 50  # random nets whisper
    folder.mkdir(parents=True)
    config.save_json(str(folder / "config.json"))
    torch.save({"model": model.state_dict()}, folder / "model.pth")


def save_openvoice(folder: Path) -> None:
    """An OpenVoice v2 of random numbers; Coqui knows only its full size (131 MB)."""
    import torch

    from pipelines.voice.coqui.importing import coqui_api, quietly

    coqui_api()
    with quietly():
        from TTS.vc.configs.openvoice_config import OpenVoiceConfig
        from TTS.vc.models.openvoice import OpenVoice

        torch.manual_seed(5)
        model = OpenVoice(OpenVoiceConfig())
        for weights in model.flow.parameters():  # flows begin as the identity, which no speaker changes
            weights.data += 0.02 * torch.randn_like(weights)
    folder.mkdir(parents=True)
    data = {"sampling_rate": 22_050, "filter_length": 1024, "hop_length": 256, "win_length": 1024}
    (folder / "config.json").write_text(json.dumps({"_version_": "v2", "data": data}), encoding="utf-8")
    torch.save({"model": model.state_dict()}, folder / "checkpoint.pth")


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A weights folder with every card that the Coqui engines know, in miniature."""
    root = tmp_path_factory.mktemp("weights")
    save_vits(root / "coqui-vits-de")
    save_wavlm(root / "wavlm-large")
    save_knnvc_vocoder(root / "knnvc-vocoder")
    save_freevc(root / "freevc24")
    save_openvoice(root / "openvoice-v2")
    return root


def save_xtts(folder: Path) -> None:
    """An XTTS of random numbers with a vocabulary of letters."""
    import torch

    from pipelines.voice.coqui.importing import coqui_api, quietly

    coqui_api()
    with quietly():
        from tokenizers import Tokenizer, models
        from TTS.tts.configs.xtts_config import XttsArgs, XttsConfig
        from TTS.tts.models.xtts import Xtts

        special = ["[STOP]", "[UNK]", "[SPACE]", "[START]", "[en]", "[de]", "[zh-cn]"]
        letters = list("abcdefghijklmnopqrstuvwxyzäöüß0123456789.,!?'")
        tokenizer = Tokenizer(
            models.BPE(vocab={token: i for i, token in enumerate(special + letters)}, merges=[], unk_token="[UNK]")
        )
        tokenizer.add_special_tokens(special)
        folder.mkdir(parents=True)
        tokenizer.save(str(folder / "vocab.json"))
        args = XttsArgs(
            gpt_layers=2, gpt_n_model_channels=32, gpt_n_heads=2, gpt_num_audio_tokens=32, gpt_start_audio_token=30,
            gpt_stop_audio_token=31, gpt_max_audio_tokens=24, gpt_use_perceiver_resampler=True, decoder_input_dim=32,
            gpt_number_text_tokens=len(special + letters), gpt_start_text_token=3, gpt_stop_text_token=0,
        )  # fmt: skip
        config = XttsConfig(model_args=args)
        torch.manual_seed(6)
        model = Xtts(config)
        model.hifigan_decoder.waveform_decoder.conv_post.weight.data *= 20
        state = model.state_dict()
    config.save_json(str(folder / "config.json"))
    torch.save({"model": state, "config": config.to_dict()}, folder / "model.pth")
    voice = {"gpt_cond_latent": torch.randn(1, 32, 32), "speaker_embedding": torch.randn(1, 512, 1)}
    torch.save({"Claribel Dervla": voice}, folder / "speakers_xtts.pth")
