"""The default engine: Kokoro's net as ONNX, what may be moved in it, and the clock of what it said."""
