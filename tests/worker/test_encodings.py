"""Every encoding that Python knows can be read in the sandbox, where no file can be opened."""

from __future__ import annotations

from bot.files.encoded import known
from bot.worker.worker import Worker
from tests.files.xml_files import gpx
from tests.worker.hijacked import read


async def test_every_encoding_is_read_behind_the_wall() -> None:
    text = gpx(range(61)).decode()
    files = [
        (name, text.replace('encoding="UTF-8"', f'encoding="{name}"').encode(name))
        for name in known()
        if name != "charmap"
    ]
    files.append(("none", text.replace("UTF-8", "klingon").encode()))
    worker = Worker()
    try:
        reports = [report for file in files for report in await read(worker, file)]
    finally:
        await worker.close()
    assert {report.filename: report.reason for report in reports if report.activity is None} == {}
    assert len(reports) == len(files) > 90
