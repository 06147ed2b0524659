"""A store encrypted at rest: nothing readable in any byte, clear errors, and everything else as with a plain one."""

import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from touchpoints import privacy
from touchpoints.cli import main
from touchpoints.encryption import is_encrypted
from touchpoints.errors import InvalidValue, StoreError
from touchpoints.model import Person, Touchpoint
from touchpoints.store import Store
from touchpoints.tracker import Tracker

pytest.importorskip("sqlcipher3", reason="encryption: the extra `encrypt` is not installed")

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
AT = datetime(2026, 7, 1, 9, tzinfo=UTC)
KEY, RAW = "it's a passphrase", "0123456789abcdef" * 4
TRACES = (b"Erika", b"Muster", b"99998", b"touchpoint", b"SQLite")
EXAMPLES = Path(__file__).parents[1] / "examples" / "data"


def filled(path: Path, key: str | None) -> Tracker:
    tracker = Tracker(path, key=key)
    calls = [Touchpoint.call("+49 89 99998 123", START + timedelta(days=9 * n), "out", minutes=5) for n in range(9)]
    tracker.add(calls, [Person("Erika Muster", ["+49 89 99998 123"], customer="Muster GmbH")])
    return tracker


def figures(tracker: Tracker) -> tuple[object, ...]:
    found = tracker.relationship("Erika Muster", AT)
    assert found.warmth.score is not None
    return found.id, found.summary.all.n, round(found.warmth.score, 9), found.warmth.status


def readable(folder: Path) -> set[bytes]:
    content = b"".join(p.read_bytes() for p in folder.iterdir() if p.is_file() and p.suffix != ".key")
    return {trace for trace in TRACES if trace in content}


def test_what_is_looked_for_can_be_read_in_a_plain_store(tmp_path: Path) -> None:
    tracker = filled(tmp_path / "t.db", None)
    assert readable(tmp_path) == set(TRACES)
    tracker.close()


@pytest.mark.parametrize("key", [KEY, RAW])
def test_nothing_can_be_read_without_the_key_and_the_figures_are_the_same(tmp_path: Path, key: str) -> None:
    (tmp_path / "plain").mkdir()
    (tmp_path / "secret").mkdir()
    plain, secret = filled(tmp_path / "plain" / "t.db", None), filled(tmp_path / "secret" / "t.db", key)
    assert readable(tmp_path / "secret") == set()  # with its log still open
    assert figures(secret) == figures(plain)
    secret.close()
    assert readable(tmp_path / "secret") == set()
    assert secret.store.check() == []


def test_another_key_none_or_one_too_many_is_said_in_a_line(tmp_path: Path) -> None:
    filled(tmp_path / "secret.db", KEY).close()
    filled(tmp_path / "plain.db", None).close()
    with pytest.raises(StoreError, match="cannot be opened with this key"):
        Store(tmp_path / "secret.db", "wrong")
    with pytest.raises(StoreError, match="is encrypted and its key is missing"):
        Store(tmp_path / "secret.db")
    with pytest.raises(StoreError, match=r"plain.db is not encrypted; see: touchpoints encrypt"):
        Store(tmp_path / "plain.db", KEY)
    with pytest.raises(InvalidValue, match="empty"):
        Store(tmp_path / "new.db", " ")


def test_a_store_is_encrypted_and_back_with_its_backups_and_nothing_changes(tmp_path: Path) -> None:
    path = tmp_path / "t.db"
    tracker = filled(path, None)
    before = figures(tracker)
    copy = privacy.backup(tracker.store, tmp_path / "copy.db")
    lost = privacy.backup(tracker.store, tmp_path / "lost.db")
    lost.unlink()
    tracker.close()
    assert privacy.encrypt(path, KEY) == ((str(lost), f"{lost} is not there"),)
    assert readable(tmp_path) == set() and is_encrypted(copy)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["copy.db", "t.db"]
    with Tracker(path, key=KEY) as again:
        assert figures(again) == before
    privacy.decrypt(path, KEY)
    with Tracker(path) as again, Tracker(copy) as other:
        assert figures(again) == before == figures(other)


def test_with_a_wrong_key_or_while_it_is_in_use_nothing_is_changed(tmp_path: Path) -> None:
    path = tmp_path / "t.db"
    filled(path, KEY).close()
    content = path.read_bytes()
    with pytest.raises(StoreError, match="with this key"):
        privacy.decrypt(path, "wrong")
    assert path.read_bytes() == content
    plain = tmp_path / "plain.db"
    filled(plain, None).close()
    holding = (
        "import sqlite3, sys; db = sqlite3.connect(sys.argv[1]); db.execute('SELECT count(*) FROM meta'); "
        "print(1, flush=True); input()"
    )
    command = [sys.executable, "-c", holding, str(plain)]
    other = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert other.stdout is not None and other.stdout.readline() == "1\n"
    with pytest.raises(StoreError, match="open in another program"):
        privacy.encrypt(plain, KEY)
    other.communicate("\n")
    with Tracker(plain) as tracker:
        assert tracker.store.count() == 9
    assert sorted(p.name for p in tmp_path.iterdir() if not p.name.endswith(("-wal", "-shm"))) == ["plain.db", "t.db"]


def test_a_person_is_erased_from_an_encrypted_store_and_its_backup(tmp_path: Path) -> None:
    tracker = filled(tmp_path / "t.db", KEY)
    copy = privacy.backup(tracker.store, tmp_path / "copy.db")
    assert is_encrypted(copy)
    done = privacy.erase(tracker.store, tracker.directory, "Erika Muster", at=AT)
    assert (done.dropped, done.untreated, done.busy) == (9, (), False)
    assert tracker.store.count() == 0 == Store(copy, KEY).count()
    tracker.close()
    privacy.decrypt(tmp_path / "t.db", KEY)  # nor is anything left inside
    for path in (tmp_path / "t.db", copy):
        assert not any(trace in path.read_bytes() for trace in (b"Erika", b"99998123"))
        with sqlite3.connect(path) as db:
            assert db.execute("SELECT count(*) FROM tombstone").fetchone()[0]


# -- on the command line ----------------------------------------------------------------------------------------------------


def run(store: Path, *arguments: str, key: str | None = None, keyring: str = "null") -> Result:
    environment = {"TOUCHPOINTS_KEY": key, "PYTHON_KEYRING_BACKEND": f"keyring.backends.{keyring}.Keyring"}
    return CliRunner().invoke(main, [*arguments, "--store", str(store), "--lang", "en"], env=environment)


def test_the_main_job_with_a_key_in_the_environment(tmp_path: Path) -> None:
    store = tmp_path / "t.db"
    me = ("--me", "+49 30 23125 100", "--timezone", "Europe/Berlin")
    run(store, "import", str(EXAMPLES / "FRITZ!Box_Anrufliste.csv"), *me, key=KEY)
    assert is_encrypted(store)
    run(store, "doctor", key=KEY)
    listed = run(store, "list", key=KEY)
    assert listed.exit_code == 0 and listed.stdout.count("\n") > 10
    plain = tmp_path / "plain.db"
    run(plain, "import", str(EXAMPLES / "FRITZ!Box_Anrufliste.csv"), *me)
    assert run(plain, "list").stdout == listed.stdout
    assert run(plain, "encrypt", key=KEY).exit_code == 0
    assert run(plain, "list", key=KEY).stdout == listed.stdout
    wrong = run(plain, "list", key="wrong")
    assert (wrong.exit_code, wrong.stdout) == (1, "")
    assert "cannot be opened with this key" in wrong.stderr and "Traceback" not in wrong.stderr
    assert "TOUCHPOINTS_KEY" in run(plain, "list").stderr
    assert run(plain, "decrypt", key=KEY).exit_code == 0
    assert run(plain, "list").stdout == listed.stdout
    assert run(plain, "decrypt", key=KEY).exit_code == 1


def test_without_a_key_one_is_kept_in_the_keyring(tmp_path: Path) -> None:
    import keyring
    from keyring.backend import KeyringBackend

    kept: dict[tuple[str, str], str] = {}

    class InMemory(KeyringBackend):
        priority = 1

        def get_password(self, service: str, username: str) -> str | None:
            return kept.get((service, username))

        def set_password(self, service: str, username: str, password: str) -> None:
            kept[service, username] = password

        def delete_password(self, service: str, username: str) -> None:
            del kept[service, username]

    store = tmp_path / "t.db"
    filled(store, None).close()
    before = keyring.get_keyring()
    keyring.set_keyring(InMemory())
    try:
        assert run(store, "encrypt").exit_code == 0
        assert is_encrypted(store)
        assert [len(key) for key in kept.values()] == [64]
        assert run(store, "list").stdout.count("\n") == 9
        assert run(store, "decrypt").exit_code == 0
    finally:
        keyring.set_keyring(before)


def test_where_no_keyring_keeps_a_key_the_store_stays_as_it_is(tmp_path: Path) -> None:
    import keyring
    from keyring.backends.null import Keyring

    store = tmp_path / "t.db"
    filled(store, None).close()
    before = keyring.get_keyring()
    keyring.set_keyring(Keyring())
    try:
        result = run(store, "encrypt")
    finally:
        keyring.set_keyring(before)
    assert result.exit_code == 1 and "TOUCHPOINTS_KEY" in result.stderr
    assert not is_encrypted(store)
