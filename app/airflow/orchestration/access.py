"""Who may do what in Airflow: two accounts, with the passwords of this deployment.

Run after each migration. Running it again changes nothing, unless a password or a right is another.
"""

import os
from typing import Any

STUDENT_ROLE = "Student"

# Beyond what Airflow's own role Viewer may: start DAGs, pause them, clear and re-run tasks.
STUDENT_MAY_ALSO = frozenset(
    {
        ("can_edit", "DAGs"),
        ("can_create", "DAG Runs"),
        ("can_edit", "DAG Runs"),
        ("can_edit", "Task Instances"),
    }
)
# One account for a whole class: who changed its password would lock all others out.
STUDENT_MAY_NOT = frozenset(
    {
        ("can_read", "My Password"),
        ("can_edit", "My Password"),
        ("can_edit", "My Profile"),
    }
)


class MissingPassword(Exception):
    """A password that isn't in the environment; the words name the variable."""


def main() -> None:
    """Make roles and accounts what they should be."""
    passwords = {name: password(name) for name in ("ADMIN_PASSWORD", "STUDENT_PASSWORD")}

    # Airflow takes seconds and 200 MB to load: not before it is clear that there is work.
    from airflow.providers.fab.auth_manager.cli_commands.utils import get_application_builder
    from airflow.utils.providers_configuration_loader import providers_configuration_loaded

    @providers_configuration_loaded
    def apply() -> None:
        with get_application_builder() as builder:
            builder.add_permissions(update_perms=True)
            manager = builder.sm
            manager.sync_roles()
            rights = student_rights(manager.VIEWER_PERMISSIONS)
            student = set_role(manager, STUDENT_ROLE, rights)
            administrator = manager.find_role("Admin")
            set_account(manager, "admin", administrator, passwords["ADMIN_PASSWORD"])
            set_account(manager, "student", student, passwords["STUDENT_PASSWORD"])

    apply()
    print("access: accounts admin and student are set up", flush=True)


def password(variable: str, variables: Any = os.environ) -> str:
    """The password in an environment variable. Raises MissingPassword."""
    value = variables.get(variable)
    if not value:
        raise MissingPassword(f"{variable} is not set; set it to the password of that account")
    return value


def student_rights(viewer: Any) -> frozenset[tuple[str, str]]:
    """What the student's role may do, as pairs of action and resource, given what a Viewer may."""
    return (frozenset(viewer) | STUDENT_MAY_ALSO) - STUDENT_MAY_NOT


def set_role(manager: Any, name: str, rights: frozenset[tuple[str, str]]) -> Any:
    """A role with exactly these rights: what it had beyond them is gone."""
    role = manager.add_role(name)
    wanted = [manager.create_permission(action, resource) for action, resource in sorted(rights)]
    if {right.id for right in role.permissions} != {right.id for right in wanted}:
        role.permissions = wanted
        manager.session.commit()
    return role


def set_account(manager: Any, name: str, role: Any, new_password: str) -> None:
    """An active account with just this role and this password; a new password ends its sessions."""
    from werkzeug.security import check_password_hash

    user = manager.find_user(username=name)
    if user is None:
        # Nothing is ever sent there: the domain is reserved (RFC 2606).
        email = f"{name}@gourmetgram.example"
        manager.add_user(name, name.capitalize(), "GourmetGram", email, role, new_password)
        if manager.find_user(username=name) is None:
            raise RuntimeError(f"account {name} could not be made; see the lines above")
        return
    user.active = True
    user.roles = [role]
    manager.session.commit()
    if not check_password_hash(user.password, new_password):
        manager.reset_password(user.id, new_password)


if __name__ == "__main__":
    main()
