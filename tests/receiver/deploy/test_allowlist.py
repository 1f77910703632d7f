"""The list of Svix's addresses becomes configuration, or nothing is written."""

import json

import pytest

from reference_impl.deploy.vps.make_allowlist import AllowlistError, for_caddy, for_nginx, main, read_networks
from tests.receiver.deploy.edge import DEPLOY

SHIPPED = DEPLOY / "vps" / "svix-addresses.json"


def test_the_shipped_list_is_read_whole():
    regions = json.loads(SHIPPED.read_text(encoding="utf-8"))
    assert len(read_networks(SHIPPED.read_text(encoding="utf-8"), [])) == sum(map(len, regions.values()))


def test_nginx_is_told_who_is_listed_and_that_others_are_outside():
    networks = read_networks('{"eu": ["192.0.2.7", "2001:db8::/56"]}', [])
    assert for_nginx(networks) == "default outside;\n192.0.2.7/32 listed;\n2001:db8::/56 listed;\n"


def test_caddy_is_told_whom_to_refuse():
    networks = read_networks('{"eu": ["192.0.2.7"]}', [])
    assert for_caddy(networks) == "@outside_svix not remote_ip 192.0.2.7/32\nrespond @outside_svix 403\n"


def test_only_the_chosen_regions_are_kept_and_doubles_fall():
    text = '{"us": ["192.0.2.1", "192.0.2.2"], "eu": ["192.0.2.2", "192.0.2.3"], "au": ["192.0.2.4"]}'
    assert [str(each.network_address) for each in read_networks(text, ["eu", "us"])] == [
        "192.0.2.2", "192.0.2.3", "192.0.2.1",
    ]  # fmt: skip


@pytest.mark.parametrize("text", [
    "", "<html>not found</html>", "[]", '{"eu": "192.0.2.7"}', "{}", '{"eu": []}', '{"eu": [7]}', '{"eu": [null]}',
    '{"eu": ["192.0.2.7; } server {"]}', '{"eu": ["0.0.0.0/0"]}', '{"eu": ["::/0"]}', '{"eu": ["192.0.2.7/24"]}',
])  # fmt: skip
def test_a_damaged_list_is_refused(text):
    with pytest.raises(AllowlistError):
        read_networks(text, [])


def test_an_unknown_region_is_refused_and_the_known_ones_are_named():
    with pytest.raises(AllowlistError, match=r"mars.*us, us-east, eu"):
        read_networks(SHIPPED.read_text(encoding="utf-8"), ["mars"])


def test_the_command_writes_the_list(tmp_path):
    target = tmp_path / "svix-addresses.nginx.conf"
    assert main([str(SHIPPED), "--format", "nginx", "--region", "eu", "--output", str(target)]) == 0
    assert "52.215.16.239/32 listed;" in target.read_text(encoding="ascii")
    assert [path.name for path in tmp_path.iterdir()] == [target.name]


def test_after_a_damaged_list_the_old_file_stays(tmp_path, capsys):
    target, bad = tmp_path / "svix-addresses.caddy", tmp_path / "bad.json"
    target.write_text("yesterday", encoding="ascii")
    bad.write_text("{}", encoding="ascii")
    assert main([str(bad), "--format", "caddy", "--output", str(target)]) == 2
    assert target.read_text(encoding="ascii") == "yesterday"
    assert "vide" in capsys.readouterr().err
