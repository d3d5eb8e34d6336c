"""`tools/setup`, which every make command runs first, on machines where something is missing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Create a checkout with an empty lock, and a PATH (`bin`) with a shell's tools but no Python."""
    folder = tmp_path / "checkout"
    (folder / "tools").mkdir(parents=True)
    shutil.copy(ROOT / "tools" / "setup", folder / "tools")
    (folder / "requirements.lock").write_text("")
    (tmp_path / "bin").mkdir()
    for tool in ("sh", "cat", "cksum", "dirname", "grep", "tail"):
        found = shutil.which(tool)
        assert found, tool
        (tmp_path / "bin" / tool).symlink_to(found)
    return folder


def python(checkout: Path, name: str, script: str) -> None:
    """Put a fake Python on the PATH."""
    file = checkout.parent / "bin" / name
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)


def setup(checkout: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    path = {"PATH": str(checkout.parent / "bin"), "HOME": str(checkout.parent), **environment}
    return subprocess.run([str(checkout / "tools" / "setup")], env=path, capture_output=True, text=True, check=False)


def test_no_python_at_all(checkout: Path) -> None:
    ended = setup(checkout)
    assert ended.returncode == 1
    assert ended.stderr.startswith("STOPPED: no Python found. Install Python 3.11")


def test_python_too_old(checkout: Path) -> None:
    python(checkout, "python3", 'case "$2" in *print*) echo 3.9.2;; *) exit 1;; esac')
    ended = setup(checkout)
    assert ended.returncode == 1
    assert "Python is too old: python3 is 3.9.2, and 3.11 or newer is needed." in ended.stderr


def test_python_without_venv(checkout: Path) -> None:
    real = sys.executable
    python(checkout, "python3", f'case "$2" in *ensurepip*) exit 1;; esac\nexec {real} "$@"')
    ended = setup(checkout)
    assert ended.returncode == 1
    assert "its modules venv and ensurepip are missing" in ended.stderr
    assert "apt install python3-venv" in ended.stderr


def test_made_once_then_quick_and_anew_when_the_lock_changes(checkout: Path) -> None:
    python(checkout, "python3", f'exec {sys.executable} "$@"')
    first = setup(checkout)
    assert (first.returncode, first.stderr) == (0, "")
    assert "making .venv with Python" in first.stdout
    assert first.stdout.endswith("==> ready\n")

    assert setup(checkout).stdout == ""

    (checkout / "requirements.lock").write_text("absent==1.0 --hash=sha256:" + "0" * 64 + "\n")
    nobody = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_RETRIES": "0", "PIP_CONFIG_FILE": os.devnull}
    without_network = setup(checkout, **nobody)
    assert without_network.returncode == 1
    assert "STOPPED: no network" in without_network.stderr
    assert not (checkout / ".venv" / "made-from").exists(), "a half-made environment is not taken for a whole one"


def test_installing_reports_its_progress(checkout: Path) -> None:
    pip = "import sys\nfor n in range(25): print('Collecting package-%d==1.0 (from -r x)' % n)\n"
    pip += "print('Installing collected packages: a')\n"
    module = checkout.parent / "pip.py"
    module.write_text(pip)
    made = f'mkdir -p .venv/bin; printf "#!/bin/sh\\nexec {sys.executable} {module}\\n" >.venv/bin/python'
    python(
        checkout,
        "python3",
        f'case "$*" in *--clear*) {made}; chmod +x .venv/bin/python;; *) exec {sys.executable} "$@";; esac',
    )
    for tool in ("mkdir", "chmod"):
        found = shutil.which(tool)
        assert found
        (checkout.parent / "bin" / tool).symlink_to(found)
    (checkout / "requirements.lock").write_text("package==1.0\n" * 25)
    ended = setup(checkout)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "fetching 10 of 25\n    fetching 20 of 25\n    unpacking" in ended.stdout


@pytest.mark.parametrize("typed", [("--", "--port", "9000"), ("--", "--port=9000")])
def test_an_option_given_to_make_is_told_where_it_goes(typed: tuple[str, ...]) -> None:
    # Without what `make test` passes on to a make below it, which would then name its directory.
    ours = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")}
    ended = subprocess.run(["make", "try", *typed], cwd=ROOT, env=ours, capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert ended.stdout == "", "nothing is started"
    assert 'make try ARGS="--port 9000"' in ended.stderr
