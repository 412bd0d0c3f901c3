"""The audit of accounts: each test breaks one rule in a machine's memory."""
import pytest

pytestmark = pytest.mark.xdist_group("audit")


def test_threads(scene):
    scene.add("account", scene.variable("root_account"), "tasks", 1)
    scene.expect("accounts", r"the account of user 0 counts \d+ tasks; found \d+")


def test_signals(scene):
    scene.add("account", scene.variable("root_account"), "pending", 1)
    scene.expect("accounts", r"the account of user 0 counts \d+ pending; found \d+")


def test_locked_segment(scene):
    scene.set("shm_segment", scene.claimed("shm_segment")[0], "locker", scene.variable("root_account"))
    scene.expect("accounts", r"the account of user 0 counts 0 locked; found \d+")


def test_user(scene):
    scene.set("credentials", scene.variable("root_credentials"), "user.real", 7)
    scene.expect("accounts", r"are of user 7, and name the account of user 0")


def test_no_account(scene):
    scene.set("credentials", scene.variable("root_credentials"), "account", scene.variable("users"))
    scene.expect("accounts", r"names no account: 0xc")
