"""Whether somebody speaks: the network of Silero VAD, computed here for all of a sound at once.

About 1 ms for each second of sound, where its own runtimes take fifty.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bot.media.sound.samples import Mask, Samples
from bot.media.sound.spectrum import transformed

CHUNK_SAMPLES = 512
"""Whether somebody speaks is told for each 32 ms."""

LEAST_CHUNKS = 6
"""A short word; what barks, plays or whistles seems to speak for less."""

_MODEL = Path(__file__).parent / "models" / "silero_vad.npz"
_WITHIN_CHUNKS = 40
_LOUDEST_CHUNKS = 24
_CONTEXT_SAMPLES = 64
_ENCODED_AT_ONCE = 1024 * CHUNK_SAMPLES  # half a minute: all of a long sound takes much memory
_WINDOW_SAMPLES, _HOP_SAMPLES = 256, 128
_STRIDES = (1, 2, 2, 1)
_UNITS = 128
_ROWS = 2
_HALVES = np.repeat(np.array([0.5, 0.5, 1, 0.5], np.float32), _UNITS)  # take, keep, new, show
_RAISED = 1 - _HALVES

Weights = npt.NDArray[np.float32]


def somebody_speaks(samples: Samples) -> bool:
    """Whether a sound at 16 kHz holds a word; the loudest moments tell for most."""
    return _holds_word(speaking_chunks(_loudest(samples))) or _holds_word(speaking_chunks(samples))


def speaking_chunks(samples: Samples) -> Mask:
    """Return for each chunk of a sound at 16 kHz whether somebody speaks in it."""
    chunks = -(-len(samples) // CHUNK_SAMPLES)
    if not chunks:
        return np.zeros(0, np.bool_)
    whole = np.pad(samples, (0, (chunks + chunks % _ROWS) * CHUNK_SAMPLES - len(samples)))
    before = np.pad(whole, (_CONTEXT_SAMPLES, 0))
    encoded = [
        _encoded(before[begin : begin + _ENCODED_AT_ONCE + _CONTEXT_SAMPLES])
        for begin in range(0, len(whole), _ENCODED_AT_ONCE)
    ]
    return _recurrent(np.concatenate(encoded))[:chunks] > 0


def at_steps(chunks: Mask, steps: int, step_samples: int) -> Mask:
    """Return for each of so many steps what holds for the chunk in its middle."""
    middles = (np.arange(steps) * step_samples + step_samples // 2) // CHUNK_SAMPLES
    return chunks[np.minimum(middles, len(chunks) - 1)]


def _holds_word(speaks: Mask) -> bool:
    within = np.convolve(speaks, np.ones(_WITHIN_CHUNKS))
    return bool(within.max(initial=0.0) >= LEAST_CHUNKS)


def _loudest(samples: Samples) -> Samples:
    """The second or less that has most power."""
    chunks = samples[: len(samples) // CHUNK_SAMPLES * CHUNK_SAMPLES].reshape(-1, CHUNK_SAMPLES)
    if len(chunks) <= _LOUDEST_CHUNKS:
        return samples
    powers = np.convolve(np.einsum("ij,ij->i", chunks, chunks), np.ones(_LOUDEST_CHUNKS), "valid")
    begin = int(powers.argmax())
    return chunks[begin : begin + _LOUDEST_CHUNKS].reshape(-1)


def _encoded(before: Samples) -> Weights:
    """Return (chunks, units): magnitudes of short spectra, through four convolutions; given what
    comes right before the first chunk as well.
    """
    width = _CONTEXT_SAMPLES + CHUNK_SAMPLES
    chunks = np.lib.stride_tricks.sliding_window_view(before, width)[::CHUNK_SAMPLES]
    chunks = np.pad(chunks, ((0, 0), (0, _CONTEXT_SAMPLES)), "reflect")
    windows = np.lib.stride_tricks.sliding_window_view(chunks, _WINDOW_SAMPLES, axis=1)
    hann = np.hanning(_WINDOW_SAMPLES + 1)[:-1].astype(np.float32)
    spectra = transformed(windows[:, ::_HOP_SAMPLES] * hann, _WINDOW_SAMPLES)
    found = np.abs(spectra) * np.float32(_WINDOW_SAMPLES**0.5)
    for layer, stride in zip(_network().layers, _STRIDES, strict=True):
        found = _convolved(found, *layer, stride)
    return found[:, 0]


def _convolved(found: Weights, weights: Weights, bias: Weights, stride: int) -> Weights:
    """One convolution over three steps of time, and what of it is positive."""
    padded = np.zeros((len(found), found.shape[1] + 2, found.shape[2]), np.float32)
    padded[:, 1:-1] = found
    steps = (padded.shape[1] - 3) // stride + 1
    shifted = [padded[:, at : at + stride * (steps - 1) + 1 : stride] for at in range(3)]
    flat = np.concatenate(shifted, axis=2).reshape(len(found) * steps, -1)
    positive: Weights = np.maximum(_times(flat, weights) + bias, 0)
    return positive.reshape(len(found), steps, -1)


def _times(rows: Weights, weights: Weights) -> Weights:
    """Multiply a few rows at a time: no threads are begun for so little, which cost far more."""
    blocks = rows.reshape(-1, _ROWS, rows.shape[1])
    product: Weights = (blocks @ weights).reshape(-1, weights.shape[1])
    return product


def _recurrent(encoded: Weights) -> Weights:
    """Return the logarithm of the odds of speech for each chunk, given those before it.

    A sigmoid is half a tanh of the half, and a half higher.
    """
    network = _network()
    hidden = np.zeros((len(encoded) + 1, _UNITS), np.float32)
    cell = hidden[0]
    for at, gate in enumerate(_times(encoded, network.forward) + network.bias):
        back = np.einsum("i,ij->j", hidden[at], network.back)
        gates = np.tanh(gate + back) * _HALVES + _RAISED
        take, keep, new, show = gates.reshape(4, _UNITS)
        cell = keep * cell + take * new
        hidden[at + 1] = show * np.tanh(cell)
    return np.maximum(hidden[1:], 0) @ network.decoder + network.decoder_bias


@dataclass(frozen=True, slots=True)
class _Network:
    """Its weights as they are used; of the recurrent gates those of sigmoids are halved."""

    layers: list[tuple[Weights, Weights]]
    forward: Weights
    back: Weights
    bias: Weights
    decoder: Weights
    decoder_bias: Weights


@cache
def _network() -> _Network:
    with np.load(_MODEL) as file:
        tensors = {name: values.astype(np.float32) for name, values in file.items()}
    rnn, decoder = "_model.decoder.rnn.", "_model.decoder.decoder.2."
    layers = [f"_model.encoder.{each}.reparam_conv." for each in range(len(_STRIDES))]
    return _Network(
        layers=[(_flat(tensors[name + "weight"]), tensors[name + "bias"]) for name in layers],
        forward=tensors[rnn + "weight_ih"].T * _HALVES,
        back=np.ascontiguousarray(tensors[rnn + "weight_hh"].T * _HALVES),
        bias=(tensors[rnn + "bias_ih"] + tensors[rnn + "bias_hh"]) * _HALVES,
        decoder=tensors[decoder + "weight"],
        decoder_bias=tensors[decoder + "bias"],
    )


def _flat(weights: Weights) -> Weights:
    """From (out, in, steps) to (steps and in, out)."""
    return weights.transpose(2, 1, 0).reshape(-1, len(weights))
