"""The file store keeps each content once and leaves nothing behind."""

from __future__ import annotations

from bot.sandbox.telegram.files.files import FileStore


def _put(store: FileStore, data: bytes, kind: str = "document") -> tuple[str, str]:
    stored = store.put(data, kind, suffix=".bin", mime_type="application/octet-stream")
    return stored.file_id, stored.file_unique_id


def test_the_same_content_has_one_unique_id_and_one_place() -> None:
    store = FileStore()
    first, second, other = _put(store, b"a"), _put(store, b"a"), _put(store, b"b")
    assert first[0] != second[0]
    assert first[1] == second[1] != other[1]
    one, two = store.by_id(first[0]), store.by_id(second[0])
    assert one is not None
    assert two is not None
    assert one.location == two.location
    store.close()


def test_the_kind_is_part_of_the_unique_id() -> None:
    store = FileStore()
    assert _put(store, b"a", "voice")[1] != _put(store, b"a", "audio")[1]
    store.close()


def test_a_closed_store_has_neither_files_nor_a_directory() -> None:
    store = FileStore()
    stored = store.put(b"a", "voice", suffix=".oga", mime_type="audio/ogg")
    assert store.by_path(stored.file_path) is stored
    store.close()
    assert store.by_id(stored.file_id) is None
    assert not stored.location.parent.exists()
