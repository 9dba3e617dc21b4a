"""Engines and voice converters through coqui-tts: VITS, XTTS-v2, OpenVoice v2, kNN-VC and FreeVC."""
