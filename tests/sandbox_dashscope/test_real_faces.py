"""With the project's own face finder the provider sees what a person sees."""

from __future__ import annotations

import pytest

from bot.media.picture.faces import detect_faces
from bot.sandbox.dashscope.answers import Refused
from bot.sandbox.dashscope.inputs.faces import find_portrait
from bot.sandbox.dashscope.inputs.pictures import read_picture
from tests.support.media import photos


def test_one_person_passes_and_the_box_is_on_the_face() -> None:
    portrait = find_portrait(read_picture(photos.PORTRAIT.read_bytes()), detect_faces)
    left, top, right, bottom = portrait.face
    assert 60 < right - left < 250
    assert 60 < bottom - top < 250
    assert top < portrait.picture.height / 2


def test_nobody_is_refused() -> None:
    with pytest.raises(Refused, match=r"InvalidFile\.NoHuman"):
        find_portrait(read_picture(photos.plain()), detect_faces)


def test_two_people_are_refused() -> None:
    with pytest.raises(Refused, match=r"InvalidFile\.MultiHuman"):
        find_portrait(read_picture(photos.two_people()), detect_faces)
