"""Ground floor: who agreed to what, and the proof. Pure decisions; no media, no web, no torch."""
