"""One real campaign for all integration tests: a 4-second take per language, made through the command line."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.real_studio import Studio, make_studio, take_toml

TEXTS: Mapping[str, tuple[str, str, str]] = {  # locale: market, format, text
    "en-US": ("US-NY", "1280x720", "Your perfect coffee is ready in ten seconds. Try it today."),
    "fr-FR": ("FR", "720x1280", "Votre café parfait est prêt en dix secondes. Essayez-le aujourd'hui."),
    "es-ES": ("ES", "720x720", "Su café perfecto está listo en diez segundos. Disfrute hoy de una taza caliente."),
    "it-IT": ("IT", "1280x720", "Il tuo caffè perfetto è pronto in dieci secondi. Provalo oggi stesso."),
    "pt-BR": ("BR", "720x1280", "Seu café perfeito fica pronto em dez segundos. Experimente hoje mesmo."),
    "ja-JP": ("JP", "720x720", "おいしいコーヒーが十秒でできます。今日からお試しください。"),
    "zh-CN": ("CN", "1280x720", "十秒钟就能做好一杯完美的咖啡。今天就来试试吧。"),
    "hi-IN": ("IN", "720x1280", "आपकी बढ़िया कॉफी दस सेकंड में तैयार है। आज ही आज़माएं।"),
    "de-DE": (
        "DE",
        "720x720",
        "Ein guter Morgen beginnt mit gutem Kaffee, also nehmen Sie sich einen mit nach Hause.",
    ),
}


@pytest.fixture(scope="session")
def studio(tmp_path_factory: pytest.TempPathFactory, weights_home: Path) -> Studio:
    return make_studio(tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("campaign"), weights=weights_home)


@dataclass(frozen=True)
class Campaign:
    """What `sayso produce --json` printed, by locale."""

    studio: Studio
    takes: Mapping[str, Mapping[str, object]]

    def path(self, locale: str) -> Path:
        return Path(str(self.takes[locale]["path"]))


@pytest.fixture(scope="session")
def campaign(studio: Studio, tmp_path_factory: pytest.TempPathFactory) -> Campaign:
    takes = "\n".join(take_toml(locale, market, size, text) for locale, (market, size, text) in TEXTS.items())
    brief = studio.brief("brief.toml", takes)
    out = tmp_path_factory.mktemp("out")
    done = studio.sayso("produce", str(brief), "--out", str(out), "--json")
    assert done.returncode == 0, done.stderr + done.stdout
    printed = json.loads(done.stdout)
    return Campaign(studio=studio, takes={take["locale"]: take for take in printed["takes"]})
