"""Who has an account: read from the environment, and brought about in the database at each start.

A password or token of the environment always wins, so that a rotated credential works, and so does
a database that was kept from an earlier deployment.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

ORGANIZATION = "GourmetGram"

# The account behind the API token. Nobody logs in as it, and what programs did can be told from
# what people did.
SERVICE_EMAIL = "loop@gourmetgram.example"

# Column `key` of the tokens: 40 characters.
LONGEST_TOKEN = 40
SHORTEST_SECRET = 8


class SettingsError(Exception):
    """One line a problem: variable, what is wrong, what is allowed; never a secret."""


@dataclass(frozen=True)
class Account:
    """Somebody, or some program, that Label Studio knows."""

    email: str
    administrator: bool = False
    password: str | None = field(default=None, repr=False)
    """None: nobody can log in as this account."""
    token: str | None = field(default=None, repr=False)


def read_accounts(variables: Mapping[str, str]) -> list[Account]:
    """Accounts from the environment, the organization's owner first.

    Raises SettingsError with every problem.
    """
    problems: list[str] = []
    accounts = [
        person(variables, "ADMIN", problems, administrator=True),
        person(variables, "ANNOTATOR", problems),
        Account(SERVICE_EMAIL, token=secret(variables, "API_TOKEN", LONGEST_TOKEN, problems)),
    ]
    emails = [account.email for account in accounts]
    if not problems and len(set(emails)) < len(emails):
        problems.append(
            f"ADMIN_EMAIL and ANNOTATOR_EMAIL must differ from each other and from {SERVICE_EMAIL}"
        )
    if problems:
        raise SettingsError("\n".join(problems))
    return accounts


def person(
    variables: Mapping[str, str], prefix: str, problems: list[str], *, administrator: bool = False
) -> Account:
    """The account of `PREFIX_EMAIL` and `PREFIX_PASSWORD`."""
    email = variables.get(f"{prefix}_EMAIL", "")
    name, at, domain = email.partition("@")
    if not (name and at and domain) or email != email.lower():
        problems.append(f"{prefix}_EMAIL is '{email}'; allowed: an e-mail address in lower case")
    # Longer ones are refused by Label Studio's login form.
    password = secret(variables, f"{prefix}_PASSWORD", 128, problems)
    return Account(email, administrator=administrator, password=password)


def secret(variables: Mapping[str, str], name: str, longest: int, problems: list[str]) -> str:
    """The secret in variable `name`."""
    value = variables.get(name, "")
    if not SHORTEST_SECRET <= len(value) <= longest:
        problems.append(
            f"{name} has {len(value)} characters; allowed: {SHORTEST_SECRET} to {longest}"
        )
    return value


def establish(accounts: list[Account]) -> None:
    """Make the database hold these accounts with just these credentials; needs Django loaded."""
    from organizations.models import Organization
    from users.models import User

    users = [establish_user(User, account) for account in accounts]
    organization = Organization.objects.order_by("pk").first()
    if organization is None:
        organization = Organization.create_organization(created_by=users[0], title=ORGANIZATION)
    # Tokens that work without being exchanged first; Label Studio reads its own variable for this
    # only when it makes the organization.
    if not organization.jwt.legacy_api_tokens_enabled:
        organization.jwt.legacy_api_tokens_enabled = True
        organization.jwt.save()
    for user in users:
        establish_member(organization, user)


def establish_user(users, account: Account):
    """The user of an account, made or brought up to date."""
    from rest_framework.authtoken.models import Token

    user = users.objects.filter(email=account.email).first() or users(
        email=account.email, username=account.email.partition("@")[0]
    )
    user.is_active = True
    user.is_staff = user.is_superuser = account.administrator
    if account.password is None:
        user.set_unusable_password()
    elif not user.check_password(account.password):
        # Only then: a new hash of the same password ends everybody's session.
        user.set_password(account.password)
    user.save()
    if account.token is not None:
        Token.objects.filter(user=user).exclude(key=account.token).delete()
        Token.objects.get_or_create(user=user, key=account.token)
    return user


def establish_member(organization, user) -> None:
    """Membership, also of somebody who was removed by hand."""
    from organizations.models import OrganizationMember

    organization.add_user(user)
    OrganizationMember.objects.filter(organization=organization, user=user).update(deleted_at=None)
    if user.active_organization_id != organization.pk:
        user.active_organization = organization
        user.save(update_fields=["active_organization"])
