"""`oncall templates`: what a carrier must approve, listed, shown and written out."""

from __future__ import annotations

import json

from tests.cli.conftest import Cli


def test_every_text_is_listed_with_its_cost(cli: Cli) -> None:
    """Keys, texts, blanks and parts, for eyes and for scripts."""
    told = cli("templates", "list", lang="zh_CN")
    assert told.exit_code == 0
    assert "sms.page" in told.stdout
    rows = json.loads(cli("templates", "list", "--json", lang="zh_CN").stdout)
    page = next(row for row in rows if row["key"] == "sms.page")
    assert (page["parts"], page["encoding"]) == (1, "UCS-2")
    assert [blank["name"] for blank in page["blanks"]][:3] == ["nature", "origin", "urgency"]


def test_a_preview_is_what_a_person_reads(cli: Cli) -> None:
    """Filled in and signed, in the language asked for; an unknown key is a mistake of use."""
    told = cli("templates", "preview", "sms.owned", lang="zh_CN")
    assert "【德化县政府办】通知：单号DH20261103-0017已由李四签收" in told.stdout
    assert "voice" not in told.stdout
    english = cli("templates", "preview", "sms.owned")
    assert "was taken by Li Si" in english.stdout
    assert cli("templates", "preview", "sms.nonsense").exit_code == 2


def test_the_application_form_is_in_the_carriers_spelling(cli: Cli) -> None:
    """One section a text: what it says, when it is sent, an example, and each blank."""
    told = cli("templates", "export", "--provider", "aliyun", lang="zh_CN")
    assert told.exit_code == 0
    assert told.stdout.startswith("# 消息模板报备申请表")
    assert "| ${code} | 转办单编号 | 20 | DH20261103-0017 |" in told.stdout
    numbered = cli("templates", "export", "--provider", "tencent", lang="zh_CN").stdout
    assert "| {2} | 转办单编号 | 20 | DH20261103-0017 |" in numbered
    assert cli("templates", "export").exit_code == 2


def test_the_numbers_carriers_gave_are_shown(cli: Cli) -> None:
    """Beside each text, in every language it was approved in; an entry that is none is an error."""
    cli.file("oncall.toml", 'aliyun_templates = "sms.page=SMS_1,sms.page.en=SMS_2"\n')
    assert "SMS_1, SMS_2" in cli("templates", "list").stdout
    rows = {
        row["key"]: row["numbers"] for row in json.loads(cli("templates", "list", "--json").stdout)
    }
    assert rows["sms.page"] == {"aliyun": "SMS_1, SMS_2"}
    assert rows["sms.owned"] == {}
    cli.file("oncall.toml", 'aliyun_templates = "nonsense"\n')
    told = cli("templates", "list")
    assert told.exit_code == 3
    assert "ONCALL_ALIYUN_TEMPLATES" in told.stderr
