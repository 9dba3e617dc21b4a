"""What tells people that a take is made by AI: market and channel rules, wording, the label, proof that it is there.

There is no parameter, setting or profile that turns a label off: a market can only add to the studio's floor.
"""
