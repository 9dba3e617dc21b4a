"""What a recording of speech holds: who speaks, what is said, and how it sounds. Nothing here judges consent."""
