"""The presenters of the demo. They are nobody: every number here was chosen at the drawing table."""

from __future__ import annotations

from pipelines.avatar.illustration.person import Brows, Clothes, Eyes, Hair, Head, Mouth, Nose, Person, Skin
from pipelines.avatar.illustration.tone import Ramp

_GOLD = Ramp("#7a4a12", "#b87b26", "#e0ab4a", "#f6d486", "#fff4cf")
_WHITE = Ramp("#a9adba", "#cfd2da", "#ebecef", "#f8f8f8", "#ffffff")

AMARA = Person(
    name="amara",
    display_name="Amara",
    voice="female",
    age_band="thirties",
    age=0.12,
    seed=11,
    skin=Skin(
        ramp=Ramp("#3a1b12", "#5f3220", "#8a4e31", "#ae6c45", "#dba173"),
        blush="#a8402f",
        lips="#97404a",
        blush_strength=0.22,
    ),
    head=Head(width=0.735, jaw=0.97, chin_width=0.94, chin=1.10, neck=0.40, shoulders=1.62),
    eyes=Eyes(iris="#3d2113", open=1.06, tilt=0.012, lashes=1.0, shadow=0.35),
    brows=Brows(colour="#1d110d", thickness=1.0, arch=1.15),
    nose=Nose(width=1.18, length=0.44, bridge=0.8),
    mouth=Mouth(width=0.315, upper=1.28, lower=1.22, smile=1.05, paint=0.85, height=0.68),
    hair=Hair(style="coils", ramp=Ramp("#120c0c", "#22160f", "#3a2619", "#5f3f28", "#96683f")),
    clothes=Clothes(
        outfit="crew",
        outer=Ramp("#8a4f0e", "#bd7916", "#e3a02a", "#f2bb50", "#fbd98d"),
        inner=_WHITE,
        earrings=_GOLD,
    ),
)

LEO = Person(
    name="leo",
    display_name="Leo",
    voice="male",
    age_band="sixties",
    age=1.0,
    seed=23,
    skin=Skin(
        ramp=Ramp("#8e4b3c", "#c98b72", "#ebbb9c", "#f7d3b8", "#ffeadb"),
        blush="#d5604f",
        lips="#bf7568",
        blush_strength=0.22,
    ),
    head=Head(width=0.75, jaw=1.05, chin_width=1.10, chin=1.16, neck=0.50, shoulders=1.75),
    eyes=Eyes(iris="#486779", open=0.90, tilt=-0.010, fold=0.85, lashes=0.3),
    brows=Brows(colour="#8d8a88", thickness=1.30, arch=0.8, height=0.012),
    nose=Nose(width=1.12, length=0.475, bridge=1.2),
    mouth=Mouth(width=0.29, upper=0.72, lower=0.85, smile=1.0, paint=0.55, height=0.70),
    hair=Hair(
        style="silver",
        ramp=Ramp("#4d5058", "#777b84", "#a6abb3", "#d0d4d9", "#f6f8fa"),
        beard="full",
        beard_ramp=Ramp("#6a6a6d", "#94959a", "#bcbec2", "#dcdee0", "#fafafa"),
    ),
    clothes=Clothes(
        outfit="shirt",
        outer=Ramp("#101d36", "#1c3157", "#2b4a7c", "#41659c", "#7394c2"),
        inner=Ramp("#8fa5c2", "#b7c9df", "#dbe7f3", "#eef5fb", "#ffffff"),
    ),
)

MEI = Person(
    name="mei",
    display_name="Mei",
    voice="female",
    age_band="twenties",
    age=0.0,
    seed=37,
    skin=Skin(
        ramp=Ramp("#a3604c", "#dba07f", "#f5cba9", "#fcdfc4", "#fff2e4"),
        blush="#ee7f70",
        lips="#d5606a",
        blush_strength=0.30,
    ),
    head=Head(width=0.72, jaw=0.93, chin_width=0.88, chin=1.075, neck=0.375, shoulders=1.52),
    eyes=Eyes(iris="#3a2318", open=0.92, tilt=0.030, fold=0.50, lashes=0.95, shadow=0.20),
    brows=Brows(colour="#2c1f1c", thickness=0.86, arch=0.62),
    nose=Nose(width=0.93, length=0.425, bridge=0.55),
    mouth=Mouth(width=0.275, upper=1.0, lower=1.05, smile=1.1, paint=0.85, height=0.665),
    hair=Hair(style="lob", ramp=Ramp("#0d0b10", "#1b181f", "#302b34", "#565060", "#a098a8")),
    clothes=Clothes(
        outfit="blazer",
        outer=Ramp("#8f3a35", "#bf544b", "#e2766a", "#f0998c", "#fbc4b8"),
        inner=_WHITE,
    ),
)

SOFIA = Person(
    name="sofia",
    display_name="Sofia",
    voice="female",
    age_band="forties",
    age=0.42,
    seed=41,
    skin=Skin(
        ramp=Ramp("#7a412c", "#b27450", "#d9a379", "#eabf97", "#fadfbf"),
        blush="#cf5a48",
        lips="#b5474a",
        blush_strength=0.24,
    ),
    head=Head(width=0.715, jaw=0.98, chin_width=0.98, chin=1.125, neck=0.40, shoulders=1.58),
    eyes=Eyes(iris="#4c4a2c", open=1.0, tilt=0.006, lashes=1.0, shadow=0.30),
    brows=Brows(colour="#402a1e", thickness=0.98, arch=1.05),
    nose=Nose(width=1.0, length=0.46, bridge=1.1),
    mouth=Mouth(width=0.305, upper=1.0, lower=1.05, smile=1.0, paint=0.9, height=0.69),
    hair=Hair(style="waves", ramp=Ramp("#24130c", "#42251a", "#6b3f28", "#97623f", "#d29c68")),
    clothes=Clothes(
        outfit="blouse",
        outer=Ramp("#053b34", "#0b574c", "#157766", "#349783", "#79c1ad"),
        inner=_WHITE,
        earrings=_GOLD,
    ),
)

RAVI = Person(
    name="ravi",
    display_name="Ravi",
    voice="male",
    age_band="thirties",
    age=0.2,
    seed=53,
    skin=Skin(
        ramp=Ramp("#50281a", "#834d32", "#b0744e", "#cc946a", "#ebbf90"),
        blush="#b5543c",
        lips="#a3594f",
        blush_strength=0.18,
    ),
    head=Head(width=0.745, jaw=1.05, chin_width=1.12, chin=1.14, neck=0.51, shoulders=1.77),
    eyes=Eyes(iris="#37200f", open=0.97, lashes=0.45),
    brows=Brows(colour="#1a1210", thickness=1.45, arch=0.85, height=0.010),
    nose=Nose(width=1.12, length=0.465, bridge=1.25),
    mouth=Mouth(width=0.30, upper=0.82, lower=0.98, smile=1.05, paint=0.6, height=0.695),
    hair=Hair(
        style="quiff",
        ramp=Ramp("#0b090b", "#17131a", "#2a242b", "#4b4149", "#8d7d7e"),
        beard="stubble",
        beard_ramp=Ramp("#150f0e", "#241a18", "#352724", "#4d3a35", "#6b524a"),
    ),
    clothes=Clothes(
        outfit="overshirt",
        outer=Ramp("#22303a", "#35495a", "#4f6a7e", "#6f8da1", "#a3bccb"),
        inner=_WHITE,
    ),
)

PEOPLE: tuple[Person, ...] = (AMARA, LEO, MEI, SOFIA, RAVI)
