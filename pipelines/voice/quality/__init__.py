"""Whether speech that was made is good enough to be used: what to look for, how to judge it, what to try again."""
