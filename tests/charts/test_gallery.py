from tests.charts.gallery import FOLDER, files, readme

PICTURE_BYTES = 60_000


def test_docs_show_every_picture_in_every_language() -> None:
    assert {file.name for file in FOLDER.glob("*.png")} == set(files()), "run `make pictures`"
    assert (FOLDER / "README.md").read_text(encoding="utf-8") == readme(), "run `make pictures`"


def test_the_files_are_small() -> None:
    assert {file.name for file in FOLDER.glob("*.png") if file.stat().st_size > PICTURE_BYTES} == set()
