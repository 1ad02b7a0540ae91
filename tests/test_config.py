"""Settings: flag over environment over file over default; every fault at once; no secret shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from oncall.config import load, mask_url, secret_key, shown
from oncall.core.errors import Invalid


def test_defaults_are_enough(tmp_path: Path) -> None:
    """An empty environment gives a working installation that writes messages to the log."""
    settings = load({}, {}, cwd=tmp_path)
    assert settings.database_url == "sqlite:///oncall.db"
    assert settings.channels == "log"
    assert set(settings.origins.values()) == {"default"}


def test_flag_beats_environment_beats_file(tmp_path: Path) -> None:
    """Each value comes from the nearest source, and says which."""
    (tmp_path / "oncall.toml").write_text('lang = "en"\ntimezone = "Europe/Berlin"\n', "utf-8")
    environ = {"ONCALL_TIMEZONE": "America/Chicago", "ONCALL_DATABASE_URL": "sqlite:///a.db"}
    settings = load({"database_url": "sqlite:///b.db"}, environ, cwd=tmp_path)
    assert (settings.lang, settings.timezone) == ("en", "America/Chicago")
    assert settings.database_url == "sqlite:///b.db"
    assert settings.origins["database_url"] == "flag"
    assert settings.origins["timezone"] == "ONCALL_TIMEZONE"
    assert settings.origins["lang"].endswith("oncall.toml")


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    """Four wrong values, four faults, each with the place to mend."""
    environ = {
        "ONCALL_LANG": "fr",
        "ONCALL_TIMEZONE": "Asia/Dehua",
        "ONCALL_PUBLIC_URL": "ftp://x",
        "ONCALL_DATABASE_URL": "mysql://u:secret@h/d",
    }
    with pytest.raises(Invalid) as caught:
        load({}, environ, cwd=tmp_path)
    faults = {f.code: f for f in caught.value.faults}
    assert set(faults) == {"unknown_lang", "unknown_zone", "not_a_url", "unknown_database"}
    assert all("ONCALL_" in f.where for f in faults.values())
    assert "secret" not in str([f.value for f in faults.values()])


@pytest.mark.parametrize(
    ("text", "code"),
    [("lang = ", "config_unreadable"), ('colour = "red"', "config_unknown")],
)
def test_a_wrong_file_is_named(tmp_path: Path, text: str, code: str) -> None:
    """A file that does not parse, or knows a word we do not, is an error with its name."""
    path = tmp_path / "mine.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(Invalid) as caught:
        load({"config": str(path)}, {}, cwd=tmp_path)
    assert [f.code for f in caught.value.faults] == [code]
    assert "mine.toml" in caught.value.faults[0].where


def test_a_named_file_that_is_missing_is_an_error(tmp_path: Path) -> None:
    """Whoever names a file means it."""
    with pytest.raises(Invalid) as caught:
        load({}, {"ONCALL_CONFIG": str(tmp_path / "no.toml")}, cwd=tmp_path)
    assert [f.code for f in caught.value.faults] == ["config_missing"]


def test_secrets_are_masked_when_shown(tmp_path: Path) -> None:
    """`config show` never prints a token or a password."""
    environ = {
        "TWILIO_AUTH_TOKEN": "token-one,token-two",
        "ONCALL_SECRET_KEY": "hush",
        "ONCALL_DATABASE_URL": "postgresql://u:pass@h/d",
    }
    settings = load({}, environ, cwd=tmp_path)
    text = str(shown(settings))
    assert "token-" not in text
    assert "hush" not in text
    assert ":pass@" not in text
    assert settings.twilio_tokens == ("token-one", "token-two")


def test_a_secret_is_never_a_flag(tmp_path: Path) -> None:
    """A secret given like a flag is not taken: command lines are seen by everybody."""
    assert load({"secret_key": "x"}, {}, cwd=tmp_path).secret_key == ""


def test_the_secret_key_is_made_once_and_private(tmp_path: Path) -> None:
    """The first use writes it for its owner only; the second reads the same."""
    url = f"sqlite:///{tmp_path}/data/oncall.db"
    settings = load({"database_url": url}, {}, cwd=tmp_path)
    first = secret_key(settings)
    assert len(first) >= 48
    assert secret_key(settings) == first
    assert (tmp_path / "data" / "secret_key").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("url", "masked"),
    [
        ("postgresql://u:p%40ss@h/d", "postgresql://u:***@h/d"),
        ("sqlite:///x.db", "sqlite:///x.db"),
    ],
)
def test_database_passwords_are_masked(url: str, masked: str) -> None:
    """What is printed of a database's address has no password in it."""
    assert mask_url(url) == masked


def test_the_providers_settings_are_checked_too(tmp_path: Path) -> None:
    """An address, a choice, a port and a network that are none: each is told with its variable."""
    environ = {
        "ONCALL_WEBHOOK_URL": "ftp://x.example",
        "ONCALL_SMTP_SECURITY": "ssl3",
        "ONCALL_SMTP_PORT": "99999",
        "ONCALL_HOOK_NETWORKS": "10.0.0.0/99",
        "ONCALL_SMTP_PASSWORD": "a-made-up-password",
    }
    with pytest.raises(Invalid) as caught:
        load({}, environ, cwd=tmp_path)
    assert {(f.code, f.where.split(" ")[0]) for f in caught.value.faults} == {
        ("not_a_url", "ONCALL_WEBHOOK_URL"),
        ("not_one_of", "ONCALL_SMTP_SECURITY"),
        ("not_a_port", "ONCALL_SMTP_PORT"),
        ("not_a_network", "ONCALL_HOOK_NETWORKS"),
    }


def test_what_lets_somebody_in_is_masked(tmp_path: Path) -> None:
    """Keys, passwords, and addresses that are secrets by themselves."""
    secrets = {
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "one",
        "TENCENTCLOUD_SECRET_KEY": "two",
        "ONCALL_HOOK_TOKEN": "three",
        "ONCALL_WECOM_ROBOTS": "https://four.example",
        "ONCALL_WEBHOOK_SECRET": "five",
        "ONCALL_SMTP_PASSWORD": "six",
    }
    settings = load({}, secrets, cwd=tmp_path)
    told = {variable: value for _, variable, value, _ in shown(settings)}
    assert {told[variable] for variable in secrets} == {"***"}
    assert settings.hook_tokens == ("three",)
