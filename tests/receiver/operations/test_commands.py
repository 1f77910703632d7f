"""Every command, as a process of its own: what it says, in French, and how it ends."""

import json
from pathlib import Path

import pytest

from reference_impl.migrations.run import upgrade
from reference_impl.store.engine import open_engine
from tests.receiver.privacy.scan import read_all

from .commands import environment, invoke, run

PASSWORD = "a-password-of-the-tests"


@pytest.fixture
def url(tmp_path: Path) -> str:
    upgrade(url := f"sqlite:///{tmp_path}/receiver.db")
    return url


def test_the_help_is_in_french_and_names_every_command() -> None:
    ended = run("--help", env={"PATH": ""})

    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.startswith("Emploi : python -m reference_impl [OPTIONS] COMMAND")
    for name in ("serve", "migrate", "dispatch", "reconcile", "purge", "erase", "reprocess", "register"):
        assert f"\n  {name} " in ended.stdout
    assert not {"Usage", "Commands", "Show this"} & set(ended.stdout.replace(":", " ").split())


def test_an_unknown_command_is_a_sentence(url: str) -> None:
    ended = run("effacer", env=environment(url))

    assert ended.returncode == 2
    assert ended.stderr.endswith("Erreur : Commande inconnue : 'effacer'.\n")


def test_migrate_says_that_the_base_is_up_to_date(tmp_path: Path) -> None:
    ended = run("migrate", env=environment(f"sqlite:///{tmp_path}/new.db"))

    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "La base est à jour.\n", "")


def test_purge_counts_what_it_touched(url: str) -> None:
    ended = run("purge", env=environment(url))

    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.splitlines() == [
        "bodies : 0", "inbox : 0", "dead_letters : 0", "outbox : 0", "sessions : 0", "session_signals : 0",
        "alerts : 0", "activity_weeks : 0", "stripe_inbox : 0", "email_inbox : 0", "emails : 0",
    ]  # fmt: skip


def test_erase_asks_first_and_then_erases(url: str) -> None:
    env = environment(url)
    ended = run("erase", "user_1", env=env, given="non\n")
    assert (ended.returncode, ended.stderr.strip()) == (1, "Interrompu.")
    assert invoke("erase", "user_1", env=env, given="\n").exit_code == 1
    assert invoke("erase", "user_1", env=env, given="oui\n").output.endswith("Effacée.\n")

    again = run("erase", "--yes", "user_1", "user_2", env=env)

    assert (again.returncode, again.stderr) == (0, "")
    assert again.stdout == "Déjà effacée ; ce qui en restait est parti.\nEffacée.\n"
    engine = open_engine(url)
    assert len(read_all(engine)["erasure_register"]) == 2
    engine.dispose()


def test_the_register_is_copied_and_applied(url: str, tmp_path: Path) -> None:
    env, file = environment(url), tmp_path / "register.jsonl"
    invoke("erase", "--yes", "user_1", env=env)

    written = run("register", "export", str(file), env=env)

    assert (written.returncode, written.stdout, written.stderr) == (0, "1 entrée(s).\n", "")
    (entry,) = map(json.loads, file.read_text().splitlines())
    assert set(entry) == {"subject", "erased_at", "cause"}
    assert [path.name for path in tmp_path.glob("register*")] == ["register.jsonl"]
    applied = run("register", "apply", str(file), env=env)
    assert (applied.returncode, applied.stdout) == (0, "0 personne(s) effacée(s) de nouveau.\n")


def test_a_register_that_cannot_be_copied_leaves_the_last_copy(tmp_path: Path) -> None:
    file = tmp_path / "register.jsonl"
    file.write_text("the last copy\n")

    ended = invoke("register", "export", str(file), env=environment(f"sqlite:///{tmp_path}/unmigrated.db"))

    assert ended.exit_code == 2
    assert file.read_text() == "the last copy\n"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "ne peut être ni lu ni écrit (FileNotFoundError)"),
        (b"{}\n", "Ligne 1 : ce n'est pas une entrée du registre."),
        (b"\xff\xfe\x00\n", "Ligne 1 : ce n'est pas une entrée du registre."),
    ],
)
def test_a_register_that_cannot_be_read_is_a_sentence(
    content: bytes | None, said: str, url: str, tmp_path: Path
) -> None:
    file = tmp_path / "register.jsonl"
    if content is not None:
        file.write_bytes(content)

    ended = invoke("register", "apply", str(file), env=environment(url))

    assert ended.exit_code == 2
    assert ended.stderr.startswith("Erreur : ")
    assert said in ended.stderr


def test_reprocess_lists_nothing_and_says_what_is_unknown(url: str) -> None:
    listed = run("reprocess", env=environment(url))
    assert (listed.returncode, listed.stdout, listed.stderr) == (0, "0 lettre(s) morte(s).\n", "")

    ended = invoke("reprocess", "msg_unknown", env=environment(url))

    assert ended.exit_code == 2
    assert ended.stderr.startswith("Erreur : msg_unknown est inconnue ici.")


def test_reconcile_without_a_key_is_a_sentence(url: str) -> None:
    ended = run("reconcile", env=environment(url))

    assert ended.returncode == 2
    assert ended.stderr.startswith("Erreur : CLERK_SECRET_KEY")


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({}, "Aucun destinataire n'est configuré. Voyez : python -m reference_impl features"),
        (
            {"EMAIL_FROM": "cours@example.com"},
            "EMAIL_FROM allume les messages : donnez à dispatch SMTP_URL ou RESEND_API_KEY.",
        ),
        ({"SLACK_CHANNEL": "C123"}, "SLACK_CHANNEL allume Slack : donnez à dispatch SLACK_BOT_TOKEN."),
        (
            {"MAILCHIMP_LIST_ID": "l1"},
            "MAILCHIMP_LIST_ID allume Mailchimp : donnez à dispatch MAILCHIMP_API_KEY.",
        ),
        (
            {"SUBSCRIBERS": '[{"name": "crm", "url": "https://crm.example.test/"}]'},
            "SUBSCRIBERS : donnez à dispatch le secret de chaque application.",
        ),
    ],
)
def test_dispatch_that_could_not_send_refuses_in_a_sentence(
    url: str, given: dict[str, str], sentence: str
) -> None:
    env = environment(url, APP_ENV="production", CLERK_INSTANCE_ID="ins_1", **given)
    ended = run("dispatch", "--once", env=env)

    assert (ended.returncode, ended.stderr) == (2, f"Erreur : {sentence}\n")


COMMANDS = (
    ["serve", "--port", "1"],
    ["migrate"],
    ["dispatch", "--once"],
    ["purge"],
    ["erase", "--yes", "user_1"],
    ["reprocess", "msg_1"],
    ["register", "export", "/dev/null"],
)


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_a_missing_setting_is_a_sentence_of_every_command(arguments: list[str], url: str) -> None:
    ended = invoke(*arguments, env={**environment(url), "ERASURE_KEY": ""})

    assert ended.exit_code == 2
    assert ended.stderr == "Erreur : ERASURE_KEY est vide. Donnez-lui une valeur avant de démarrer.\n"


@pytest.mark.parametrize("arguments", COMMANDS[1:], ids=" ".join)
def test_a_database_out_of_reach_is_a_sentence_without_its_password(arguments: list[str]) -> None:
    url = f"postgresql://someone:{PASSWORD}@127.0.0.1:1/receiver"
    ended = invoke(*arguments, env=environment(url))

    assert ended.exit_code == 2
    assert ended.stderr.splitlines() == [
        "Erreur : la base ne répond pas, ou n'est pas à jour (OperationalError).",
        "Vérifiez DATABASE_URL, puis lancez : python -m reference_impl migrate",
    ]
    assert PASSWORD not in ended.output


def test_a_process_says_no_more_of_it() -> None:
    url = f"postgresql://someone:{PASSWORD}@127.0.0.1:1/receiver"
    ended = run("purge", env=environment(url))

    assert ended.returncode == 2
    assert "someone" not in ended.stdout + ended.stderr
    assert PASSWORD not in ended.stdout + ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("arguments", COMMANDS[2:], ids=" ".join)
def test_a_database_without_tables_is_a_sentence(arguments: list[str], tmp_path: Path) -> None:
    ended = invoke(*arguments, env=environment(f"sqlite:///{tmp_path}/empty.db"))

    assert ended.exit_code == 2
    assert "n'est pas à jour (OperationalError)" in ended.stderr
    assert "migrate" in ended.stderr
