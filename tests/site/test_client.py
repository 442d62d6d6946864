"""The browser side: its types, its own tests, and a bundle whose addresses change only with its contents."""

import json
import re

import pytest

from engineroom_site import check, client


def test_the_clients_own_tests_pass():
    """Its types are `make check`'s to prove."""
    outcome = check.run(check.checks()["vitest"])
    assert outcome.passed, outcome.said


def test_two_bundles_of_the_same_sources_are_the_same(tmp_path):
    for name in ("one", "two"):
        client.build(tmp_path / name)
    one, two = (
        {path.relative_to(tmp_path / name).as_posix(): path.read_bytes() for path in (tmp_path / name).rglob("*") if path.is_file()}
        for name in ("one", "two")
    )
    assert one == two
    named = client.manifest(tmp_path / "one")
    addressed = [*named["js"], *named["css"], *named["quiz"], *named["preload"], *named["search"], named["worker"]]
    assert set(addressed) <= set(one)
    assert all(re.search(r"-[A-Z0-9]{8}\.\w+$", name) for name in one if name != "manifest.json")


def test_packages_are_pinned_by_hash_and_not_by_address():
    lock = json.loads((client.CLIENT / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: package for name, package in lock["packages"].items() if name}
    assert packages and all(package["integrity"].startswith("sha512-") for package in packages.values())
    assert not any("resolved" in package for package in packages.values())


def test_a_bundle_that_fails_says_why(tmp_path, monkeypatch):
    monkeypatch.setattr(client, "install", lambda: None)
    monkeypatch.setattr(client, "CLIENT", tmp_path)
    (tmp_path / "build.mjs").write_text("console.error('the entry is missing'); process.exit(3)")
    with pytest.raises(client.ClientError, match="(?s)build.mjs.* failed:\nthe entry is missing"):
        client.build(tmp_path / "out")
