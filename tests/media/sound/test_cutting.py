"""A long sound is cut in its pauses, into parts that are short enough, and nothing is lost."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
import soxr
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.media.sound.cutting import CutPoint, clips, cut_points, cuts
from bot.media.sound.samples import Samples
from tests.support.media.voices import SAMPLE_RATE_HZ, SPEECH_RATE_HZ, noise, voiced

LONGEST = 19_900
SHORTEST = 500

Pauses = list[tuple[int, int]]


@cache
def _buzz() -> Samples:
    """Syllables with gaps of an eighth of a second, as between those of a word."""
    return np.asarray(soxr.resample(voiced(30, 120), SPEECH_RATE_HZ, SAMPLE_RATE_HZ), np.float32)


def phrases(lengths: Sequence[tuple[int, int]]) -> tuple[Samples, Pauses]:
    """Phrases and the pauses after them (milliseconds), at 16 kHz; where nobody speaks."""
    blocks: list[Samples] = []
    pauses: Pauses = []
    at, hiss = 0, noise(10, 0.0005)
    for spoken, pause in lengths:
        blocks += [_buzz()[: spoken * 16], np.resize(hiss, pause * 16)]
        pauses.append((at + spoken, at + spoken + pause))
        at += spoken + pause
    return np.concatenate(blocks), pauses


def cut(samples: Samples) -> tuple[int, ...]:
    total = len(samples) // 16
    return cuts(cut_points(samples), total, shortest=SHORTEST, longest=LONGEST)


def parts(samples: Samples) -> list[int]:
    bounds = (0, *cut(samples), len(samples) // 16)
    return [end - begin for begin, end in pairwise(bounds)]


def inside(at: int, pauses: Pauses) -> bool:
    return any(begin <= at <= end for begin, end in pauses)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    st.lists(st.tuples(st.integers(400, 7_000), st.integers(250, 2_500)), min_size=8, max_size=24)
)
def test_parts_cover_the_whole_in_bounds_and_meet_in_pauses(lengths: list[tuple[int, int]]) -> None:
    samples, pauses = phrases(lengths)
    places = cut(samples)
    assert list(places) == sorted(set(places))
    assert sum(parts(samples)) == len(samples) // 16
    assert all(SHORTEST <= length <= LONGEST for length in parts(samples))
    assert all(inside(at, pauses) for at in places)
    assert cut(samples) == places


@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    st.lists(st.tuples(st.integers(1, 400), st.floats(0.01, 120)), max_size=60),
    st.integers(100, 400),
)
def test_whatever_the_points_parts_are_in_bounds_or_there_is_no_way(
    places: list[tuple[int, float]], total: int
) -> None:
    points = [CutPoint(at * 100, cost) for at, cost in sorted(dict(places).items())]
    try:
        found = cuts(points, total * 100, shortest=500, longest=5_000)
    except ValueError:
        gaps = [point.at_milliseconds for point in points if point.at_milliseconds < total * 100]
        assert max(b - a for a, b in pairwise((0, *gaps, total * 100))) > 4_000
        return
    lengths = [end - begin for begin, end in pairwise((0, *found, total * 100))]
    assert all(500 <= length <= 5_000 for length in lengths)


def test_what_is_short_enough_is_not_cut() -> None:
    samples, _ = phrases([(3_000, 500)] * 5)
    assert cut(samples) == ()


def test_a_pause_within_reach_is_taken_however_unequal_the_parts() -> None:
    samples, (pause, _) = phrases([(5_000, 400), (18_000, 300)])
    (conversation,) = cut(samples)
    assert inside(conversation, [pause])


def test_of_two_pauses_the_longer_one_is_taken() -> None:
    samples, pauses = phrases([(10_000, 200), (2_000, 1_200), (10_000, 300)])
    (conversation,) = cut(samples)
    assert inside(conversation, [pauses[1]])


def test_parts_are_about_equal() -> None:
    samples, _ = phrases([(2_000, 400)] * 20)
    assert max(parts(samples)) - min(parts(samples)) < 4_000


def test_speech_without_a_pause_is_cut_where_it_is_quietest_and_as_seldom_as_can_be() -> None:
    samples, pauses = phrases([(5_000, 400), (29_000, 400), (5_000, 400)])
    places = cut(samples)
    in_speech = [at for at in places if not inside(at, pauses)]
    assert len(in_speech) == 1
    around = in_speech[0] * 16 + np.arange(-40, 40)
    assert np.abs(samples[around]).max() < 0.1 * np.abs(samples).max()


def test_a_long_silence_in_the_middle_can_be_cut_more_than_once() -> None:
    samples, pauses = phrases([(4_000, 45_000), (4_000, 300)])
    assert all(inside(at, pauses) for at in cut(samples))
    assert max(parts(samples)) <= LONGEST


def test_a_steady_tone_is_cut_too() -> None:
    samples = (0.3 * np.sin(np.arange(16_000 * 50) * 0.2)).astype(np.float32)
    assert len(parts(samples)) == 3


@pytest.mark.parametrize("count", [8, 20, 80])
def test_three_pieces_of_beginning_middle_and_end_begin_and_end_in_pauses(count: int) -> None:
    samples, pauses = phrases([(2_500, 400)] * count)
    total = len(samples) // 16
    found = clips(cut_points(samples), total, shortest=SHORTEST, longest=LONGEST)
    assert len(set(found)) == len(found) == 3
    for begin, end in found:
        assert LONGEST / 2 < end - begin <= LONGEST
        assert begin == 0 or inside(begin, pauses)
        assert end == total or inside(end, pauses)
    middles = [(begin + end) / 2 for begin, end in found]
    assert middles[0] < total / 2 < middles[2]


def test_pieces_of_speech_without_pauses_are_offered_as_well() -> None:
    samples, _ = phrases([(28_000, 0)])
    assert clips(cut_points(samples), 28_000, shortest=SHORTEST, longest=LONGEST)
