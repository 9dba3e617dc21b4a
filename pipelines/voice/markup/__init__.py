"""Scripts in SSML: a strict reader of the part of it that we speak (docs/text-and-tone.md)."""
