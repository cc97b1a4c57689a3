"""Roles and accounts, on a manager that keeps them in memory."""

from types import SimpleNamespace

import pytest

from . import access

VIEWER = [("can_read", "DAGs"), ("can_read", "My Password"), ("can_edit", "My Password")]


class Manager:
    """The part of FAB's security manager that is used."""

    def __init__(self):
        self.roles, self.session = {}, SimpleNamespace(commit=self.commit)
        self.commits = 0

    def commit(self):
        self.commits += 1

    def add_role(self, name):
        return self.roles.setdefault(name, SimpleNamespace(name=name, permissions=[]))

    def create_permission(self, action, resource):
        return SimpleNamespace(id=(action, resource))


def rights_of(role):
    return {right.id for right in role.permissions}


def test_students_may_start_dags_and_no_more_than_a_viewer_otherwise():
    rights = access.student_rights(VIEWER)
    assert {("can_read", "DAGs"), ("can_create", "DAG Runs"), ("can_edit", "DAGs")} <= rights
    resources = {resource for action, resource in rights if action != "can_read"}
    assert resources == {"DAGs", "DAG Runs", "Task Instances"}


def test_nobody_locks_out_the_others_of_a_shared_account():
    assert not any(resource == "My Password" for _, resource in access.student_rights(VIEWER))
    assert ("can_edit", "My Profile") not in access.student_rights([("can_edit", "My Profile")])


def test_a_role_loses_what_it_had_beyond_its_rights():
    manager = Manager()
    role = manager.add_role("Student")
    role.permissions = [manager.create_permission("can_edit", "Connections")]
    rights = frozenset({("can_read", "DAGs")})
    assert access.set_role(manager, "Student", rights) is role
    assert rights_of(role) == rights


def test_a_role_that_is_right_is_left_alone():
    manager = Manager()
    rights = access.student_rights(VIEWER)
    access.set_role(manager, "Student", rights)
    before = manager.commits
    access.set_role(manager, "Student", rights)
    assert (before, manager.commits) == (1, 1)


def test_a_missing_password_is_named():
    assert access.password("ADMIN_PASSWORD", {"ADMIN_PASSWORD": "word"}) == "word"
    for variables in ({}, {"ADMIN_PASSWORD": ""}):
        with pytest.raises(access.MissingPassword, match="ADMIN_PASSWORD is not set"):
            access.password("ADMIN_PASSWORD", variables)
