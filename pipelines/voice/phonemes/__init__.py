"""How a word is said, in signs: the net's alphabet, espeak-ng's IPA, dictionaries, what a person wrote."""
