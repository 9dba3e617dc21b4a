"""Finding a face in a picture, its landmarks, and where it looks. Nothing here knows whose face it is."""
