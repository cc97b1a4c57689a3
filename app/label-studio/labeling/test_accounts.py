"""Accounts from the environment."""

import pytest

from labeling.accounts import SERVICE_EMAIL, SettingsError, read_accounts

GOOD = {
    "ADMIN_EMAIL": "admin@gourmetgram.example",
    "ADMIN_PASSWORD": "administrators-word",
    "ANNOTATOR_EMAIL": "annotator@gourmetgram.example",
    "ANNOTATOR_PASSWORD": "annotators-word",
    "API_TOKEN": "t" * 32,
}


def test_owner_first_then_annotator_then_the_programs():
    admin, annotator, service = read_accounts(GOOD)
    assert (admin.email, admin.administrator, admin.password) == (
        "admin@gourmetgram.example",
        True,
        "administrators-word",
    )
    assert (annotator.email, annotator.administrator) == ("annotator@gourmetgram.example", False)
    assert (service.email, service.administrator) == (SERVICE_EMAIL, False)
    assert (service.password, service.token) == (None, "t" * 32)
    assert admin.token is None
    assert annotator.token is None


def test_no_secret_in_what_is_printed():
    printed = repr(read_accounts(GOOD))
    assert not [GOOD[name] for name in GOOD if "EMAIL" not in name and GOOD[name] in printed]


def test_every_problem_is_named_at_once_and_no_secret():
    with pytest.raises(SettingsError) as caught:
        read_accounts({"ADMIN_EMAIL": "admin", "ADMIN_PASSWORD": "short", "API_TOKEN": "t" * 41})
    lines = str(caught.value).splitlines()
    assert [line.split()[0] for line in lines] == [
        "ADMIN_EMAIL",
        "ADMIN_PASSWORD",
        "ANNOTATOR_EMAIL",
        "ANNOTATOR_PASSWORD",
        "API_TOKEN",
    ]
    assert "short" not in str(caught.value)
    assert "41 characters; allowed: 8 to 40" in lines[-1]


@pytest.mark.parametrize("email", ["", "admin", "@host", "admin@", "Admin@gourmetgram.example"])
def test_no_address(email):
    with pytest.raises(SettingsError, match="ADMIN_EMAIL"):
        read_accounts({**GOOD, "ADMIN_EMAIL": email})


@pytest.mark.parametrize("email", [GOOD["ADMIN_EMAIL"], SERVICE_EMAIL])
def test_one_account_a_person(email):
    with pytest.raises(SettingsError, match="must differ"):
        read_accounts({**GOOD, "ANNOTATOR_EMAIL": email})
