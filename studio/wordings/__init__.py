"""What a consent says, in the words that its subject reads."""
