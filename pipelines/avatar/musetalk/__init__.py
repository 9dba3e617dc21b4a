"""MuseTalk 1.5: a net paints the lower half of a face to a sound, on any pictures of the person (docs/musetalk.md)."""
