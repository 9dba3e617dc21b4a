"""Kokoro's net in torch, out of the published ONNX file's own parameters: differentiable, batched, on any device."""
