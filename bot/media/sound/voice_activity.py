"""Whether somebody speaks: the network of Silero VAD, computed here for all of a sound at once.

About 1 ms for each second of sound, where its own runtimes take fifty.
"""

from __future__ import annotations

import struct
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bot.media.sound.samples import Samples

CHUNK_SAMPLES = 512
"""Whether somebody speaks is told for each 32 ms."""

LEAST_CHUNKS = 6
"""A short word; what barks, plays or whistles seems to speak for less."""

_MODEL = Path(__file__).parent / "models" / "silero_vad.bin"
_SPEAKS = 0.5
_WITHIN_CHUNKS = 40
_CONTEXT_SAMPLES = 64
_WINDOW_SAMPLES, _HOP_SAMPLES = 256, 128
_STRIDES = (1, 2, 2, 1)
_UNITS = 128

Chunks = npt.NDArray[np.bool_]
Weights = npt.NDArray[np.float32]


def somebody_speaks(samples: Samples) -> bool:
    """Whether a sound at 16 kHz holds a word; the loudest second tells for most."""
    return _holds_word(speaking_chunks(_loudest(samples))) or _holds_word(speaking_chunks(samples))


def speaking_chunks(samples: Samples) -> Chunks:
    """Return for each chunk of a sound at 16 kHz whether somebody speaks in it."""
    whole = np.pad(samples, (0, -len(samples) % CHUNK_SAMPLES))
    if not len(whole):
        return np.zeros(0, np.bool_)
    return _recurrent(_encoded(whole)) > _SPEAKS


def _holds_word(speaks: Chunks) -> bool:
    within = np.convolve(speaks, np.ones(_WITHIN_CHUNKS))
    return bool(within.max(initial=0.0) >= LEAST_CHUNKS)


def _loudest(samples: Samples) -> Samples:
    """The second or so that has most power."""
    chunks = samples[: len(samples) // CHUNK_SAMPLES * CHUNK_SAMPLES].reshape(-1, CHUNK_SAMPLES)
    if len(chunks) <= _WITHIN_CHUNKS:
        return samples
    powers = np.convolve(np.einsum("ij,ij->i", chunks, chunks), np.ones(_WITHIN_CHUNKS), "valid")
    begin = int(powers.argmax())
    return chunks[begin : begin + _WITHIN_CHUNKS].reshape(-1)


def _encoded(whole: Samples) -> Weights:
    """Return (chunks, units): magnitudes of short spectra, through four convolutions."""
    before = np.pad(whole, (_CONTEXT_SAMPLES, 0))
    width = _CONTEXT_SAMPLES + CHUNK_SAMPLES
    chunks = np.lib.stride_tricks.sliding_window_view(before, width)[::CHUNK_SAMPLES]
    chunks = np.pad(chunks, ((0, 0), (0, _CONTEXT_SAMPLES)), "reflect")
    windows = np.lib.stride_tricks.sliding_window_view(chunks, _WINDOW_SAMPLES, axis=1)
    hann = np.hanning(_WINDOW_SAMPLES + 1)[:-1].astype(np.float32)
    found = np.abs(np.fft.rfft(windows[:, ::_HOP_SAMPLES] * hann)).astype(np.float32)
    for layer, stride in enumerate(_STRIDES):
        found = _convolved(found, layer, stride)
    return found[:, 0]


def _convolved(found: Weights, layer: int, stride: int) -> Weights:
    """One convolution over three steps of time, and what of it is positive."""
    weights, bias = (_model()[f"_model.encoder.{layer}.reparam_conv.{each}"] for each in _BOTH)
    padded = np.pad(found, ((0, 0), (1, 1), (0, 0)))
    steps = (padded.shape[1] - 3) // stride + 1
    shifted = [padded[:, at : at + stride * (steps - 1) + 1 : stride] for at in range(3)]
    flat = np.concatenate(shifted, axis=2).reshape(len(found) * steps, -1)
    made = flat @ weights.transpose(2, 1, 0).reshape(flat.shape[1], -1) + bias
    positive: Weights = np.maximum(made, 0).reshape(len(found), steps, -1)
    return positive


def _recurrent(encoded: Weights) -> Weights:
    """Return the probability of speech for each chunk, given those before it."""
    model = _model()
    rnn = "_model.decoder.rnn."
    gates = encoded @ model[rnn + "weight_ih"].T + model[rnn + "bias_ih"] + model[rnn + "bias_hh"]
    back = np.ascontiguousarray(model[rnn + "weight_hh"].T)
    hidden = np.zeros((len(encoded) + 1, _UNITS), np.float32)
    cell = hidden[0]
    for at, gate in enumerate(gates):
        take, keep, new, show = (gate + hidden[at] @ back).reshape(4, _UNITS)
        cell = _sigmoid(keep) * cell + _sigmoid(take) * np.tanh(new)
        hidden[at + 1] = _sigmoid(show) * np.tanh(cell)
    weights, bias = (model[f"_model.decoder.decoder.2.{each}"] for each in _BOTH)
    return _sigmoid(np.maximum(hidden[1:], 0) @ weights + bias)


_BOTH = ("weight", "bias")


def _sigmoid(values: Weights) -> Weights:
    between: Weights = np.float32(0.5) + np.float32(0.5) * np.tanh(np.float32(0.5) * values)
    return between


@cache
def _model() -> dict[str, Weights]:
    """The file's tensors by their names (whisper.cpp's format for Silero VAD)."""
    data = _MODEL.read_bytes()
    numbers = struct.Struct("<3i")
    at, found = _HEADER_BYTES, dict[str, Weights]()
    while at < len(data):
        dimensions, name_bytes, half = numbers.unpack_from(data, at)
        at += numbers.size
        shape = struct.unpack_from(f"<{dimensions}i", data, at)[::-1]
        at += 4 * dimensions
        name = data[at : at + name_bytes].decode()
        at += name_bytes
        values: Any = np.frombuffer(data, "<f2" if half else "<f4", int(np.prod(shape)), at)
        at += values.nbytes
        found[name] = values.reshape(shape).astype(np.float32)
    return found


_HEADER_BYTES = 106
"""A mark, the name of the model, its version and its sizes."""
