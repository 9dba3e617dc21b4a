"""From a script to what the net says pass by pass: pieces, sentences, and how single words are said."""
