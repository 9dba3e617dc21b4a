"""What the symbols are: PL-BERT for their meaning in the sentence, and a small encoder for their sound.

Source: PL-BERT (Li et al. 2023, arXiv:2301.08810), an ALBERT whose twelve layers share one set of parameters, and the
text encoder of StyleTTS 2, both in the form of hexgrad/kokoro 0.9.4 (Apache-2.0). Symbols read (batch, symbol) int64;
``lengths`` are the symbols of each sentence, both pads counted.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional
from typing_extensions import override

SYMBOLS = 178
SYMBOLS_MAX = 512  # positions that were trained, both pads counted
HIDDEN = 512
_BERT_WIDTH, _BERT_EMBEDDING, _BERT_FEED, _BERT_LAYERS, _BERT_HEADS = 768, 128, 2048, 12, 12
_BERT_EPSILON = 1e-12


class SymbolEmbeddings(nn.Module):
    """Symbol, position and the one sentence type, summed."""

    def __init__(self) -> None:
        super().__init__()
        self.word_embeddings = nn.Embedding(SYMBOLS, _BERT_EMBEDDING)
        self.position_embeddings = nn.Embedding(SYMBOLS_MAX, _BERT_EMBEDDING)
        self.token_type_embeddings = nn.Embedding(2, _BERT_EMBEDDING)
        self.LayerNorm = nn.LayerNorm(_BERT_EMBEDDING, eps=_BERT_EPSILON)

    @override
    def forward(self, ids: Tensor) -> Tensor:
        """Map (batch, symbol) to (batch, symbol, 128)."""
        positions = torch.arange(ids.shape[1], device=ids.device)
        x = self.word_embeddings(ids) + self.token_type_embeddings.weight[0] + self.position_embeddings(positions)
        out: Tensor = self.LayerNorm(x)
        return out


class Attention(nn.Module):
    """Self-attention with twelve heads, and the sum with its input."""

    def __init__(self) -> None:
        super().__init__()
        self.query = nn.Linear(_BERT_WIDTH, _BERT_WIDTH)
        self.key = nn.Linear(_BERT_WIDTH, _BERT_WIDTH)
        self.value = nn.Linear(_BERT_WIDTH, _BERT_WIDTH)
        self.dense = nn.Linear(_BERT_WIDTH, _BERT_WIDTH)
        self.LayerNorm = nn.LayerNorm(_BERT_WIDTH, eps=_BERT_EPSILON)

    @override
    def forward(self, x: Tensor, heard: Tensor | None) -> Tensor:
        """Map (batch, symbol, 768); ``heard`` is (batch, 1, 1, symbol) bool, True where there is a symbol."""
        parts = (self.query(x), self.key(x), self.value(x))
        query, key, value = (part.unflatten(-1, (_BERT_HEADS, -1)).transpose(1, 2) for part in parts)
        mixed = functional.scaled_dot_product_attention(query, key, value, attn_mask=heard)
        out: Tensor = self.LayerNorm(x + self.dense(mixed.transpose(1, 2).flatten(2)))
        return out


class BertLayer(nn.Module):
    """The one layer that is passed twelve times."""

    def __init__(self) -> None:
        super().__init__()
        self.attention = Attention()
        self.ffn = nn.Linear(_BERT_WIDTH, _BERT_FEED)
        self.ffn_output = nn.Linear(_BERT_FEED, _BERT_WIDTH)
        self.full_layer_layer_norm = nn.LayerNorm(_BERT_WIDTH, eps=_BERT_EPSILON)

    @override
    def forward(self, x: Tensor, heard: Tensor | None) -> Tensor:
        """Map (batch, symbol, 768) to the same shape."""
        x = self.attention(x, heard)
        out: Tensor = self.full_layer_layer_norm(
            self.ffn_output(functional.gelu(self.ffn(x), approximate="tanh")) + x,
        )
        return out


class PhonemeBert(nn.Module):
    """PL-BERT, and the projection to the prosody predictor's width."""

    def __init__(self) -> None:
        super().__init__()
        self.embeddings = SymbolEmbeddings()
        self.widen = nn.Linear(_BERT_EMBEDDING, _BERT_WIDTH)
        self.layer = BertLayer()
        self.project = nn.Linear(_BERT_WIDTH, HIDDEN)

    @override
    def forward(self, ids: Tensor, present: Tensor | None) -> Tensor:
        """Map (batch, symbol) to (batch, symbol, 512); ``present`` is (batch, symbol) bool, None when all are."""
        heard = None if present is None else present[:, None, None, :]
        x = self.widen(self.embeddings(ids))
        for _ in range(_BERT_LAYERS):
            x = self.layer(x, heard)
        out: Tensor = self.project(x)
        return out


class ChannelNorm(nn.Module):
    """Layer norm over the channels of (batch, channel, time)."""

    def __init__(self) -> None:
        super().__init__()
        self.gamma = nn.Parameter(torch.ones(HIDDEN))
        self.beta = nn.Parameter(torch.zeros(HIDDEN))

    @override
    def forward(self, x: Tensor) -> Tensor:
        """Map (batch, channel, time) to the same shape."""
        return functional.layer_norm(x.mT, (HIDDEN,), self.gamma, self.beta, 1e-5).mT


class TextEncoder(nn.Module):
    """Three convolutions and a two-way LSTM over the symbols."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(SYMBOLS, HIDDEN)
        self.cnn = nn.ModuleList(
            nn.Sequential(nn.Conv1d(HIDDEN, HIDDEN, 5, padding=2), ChannelNorm(), nn.LeakyReLU(0.2)) for _ in range(3)
        )
        self.lstm = nn.LSTM(HIDDEN, HIDDEN // 2, batch_first=True, bidirectional=True)

    @override
    def forward(self, ids: Tensor, present: Tensor | None, lengths: Tensor) -> Tensor:
        """Map (batch, symbol) to (batch, symbol, 512)."""
        mask = None if present is None else present[:, None, :].to(self.embedding.weight.dtype)
        x = self.embedding(ids).mT
        for block in self.cnn:
            x = block(x if mask is None else x * mask)
        return two_way(self.lstm, x.mT, lengths)


def two_way(lstm: nn.LSTM, x: Tensor, lengths: Tensor) -> Tensor:
    """Run an LSTM both ways over (batch, time, channel), each row's way back starting at its own end."""
    if bool((lengths == x.shape[1]).all()):
        same: Tensor = lstm(x)[0]
        return same
    packed = nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
    out, _ = nn.utils.rnn.pad_packed_sequence(lstm(packed)[0], batch_first=True, total_length=x.shape[1])
    return out
