"""The errors of the pipelines, in one tree.

PipelineError
├── InputInvalidError       a file or value from a person cannot be used; says what to give instead
│   ├── PortraitRefusedError  a portrait cannot be animated: which fault, which picture to take instead
│   ├── ScriptRefusedError    a script cannot be spoken: unsupported language, nothing to say
│   ├── EvidenceRefusedError  a recording handed in as evidence cannot be taken: what is wrong with the file
│   ├── FootageRefusedError   footage of a person cannot be read: what is wrong with the file, how to film instead
│   └── ProfileInvalidError   a market, channel, label or weights file contradicts itself
├── SpeechFaultyError       speech was made, and it is not good enough to use: what is wrong with it
├── SyncError               lips and sound are not together, and moving them did not help
├── WeightsError            weights are missing, damaged or may not be used
├── EncodeError             ffmpeg could not make or read a file
├── ProvenanceError         a manifest could not be written or read back as Trusted
├── DisclosureError         a label, notice or mark is missing from what was made
├── ReleaseError            the door stayed shut; nothing left quarantine
└── CancelledError          the person asked to stop
"""


class PipelineError(Exception):
    """Anything that stops a take, with a sentence that says what to do."""


class InputInvalidError(PipelineError):
    """A file or value from a person cannot be used."""


class PortraitRefusedError(InputInvalidError):
    """A portrait cannot be animated."""


class ScriptRefusedError(InputInvalidError):
    """A script cannot be spoken."""


class EvidenceRefusedError(InputInvalidError):
    """A recording handed in as evidence cannot be taken."""


class FootageRefusedError(InputInvalidError):
    """Footage of a person cannot be read."""


class ProfileInvalidError(InputInvalidError):
    """A market, channel, label or weights file contradicts itself."""


class SpeechFaultyError(PipelineError):
    """Speech was made, and it is not good enough to use."""


class SyncError(PipelineError):
    """Lips and sound of a take are not together."""


class WeightsError(PipelineError):
    """Weights are missing, damaged or may not be used."""


class EncodeError(PipelineError):
    """ffmpeg could not make or read a file."""


class ProvenanceError(PipelineError):
    """A manifest could not be written, or not be read back as Trusted."""


class DisclosureError(PipelineError):
    """A label, notice or mark is missing from what was made."""


class ReleaseError(PipelineError):
    """The door stayed shut; nothing left quarantine."""


class CancelledError(PipelineError):
    """The person asked to stop."""
