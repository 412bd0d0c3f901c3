"""Accounts of users: what the limits count that are for a user (kern/thread/account.h)."""
from collections import Counter

from quire import audit_avl


def accounts(audit):
    """Credentials name the account of their real user; the accounts' counts are right."""
    memory = audit.memory
    read = memory.record("account", "uid tasks pending locked")
    root, tree = (memory.variable(name)[0] for name in ("root_account", "accounts"))
    found = {root: read(root)}
    for at in audit_avl.entries(audit, "accounts", tree, "account", "node"):
        found[at] = read(at)
        audit.claim(at, "account", "the account of user {}", found[at].uid)
    counts = {at: Counter() for at in found}
    for holder, account in _holders(audit):
        if account not in found:
            audit.report("accounts", f"{audit.called(holder)} names no account: {account:#x}")
        elif account != root:
            audit.refer(account, holder)
    _check_users(audit, found)
    for what, account, number in _counted(audit):
        if account in counts:
            counts[account][what] += number
    for at, account in found.items():
        for what in ("tasks", "pending", "locked"):
            stated, right = getattr(account, what), counts[at][what]
            if stated != right:
                audit.report("accounts", f"the account of user {account.uid} counts {stated} {what}; found {right}")


def _account_of(audit, credentials):
    return audit.memory.value_at("credentials", credentials, "account")


def _check_users(audit, found):
    """Each struct credentials names the account of its real user."""
    offset, kind = audit.memory.field("credentials", "user.real")
    for at in audit.of_kind["credentials"]:
        account = found.get(_account_of(audit, at))
        real = audit.memory.number(at + offset, kind)
        if account and account.uid != real:
            audit.report("accounts", f"{audit.called(at)} are of user {real}, and name the account of user {account.uid}")


def _holders(audit):
    """(holder, account) of all that has a reference on an account."""
    memory = audit.memory
    for at in audit.of_kind["credentials"]:
        yield at, _account_of(audit, at)
    for at in audit.of_kind["pending_info"]:
        yield at, memory.value_at("pending_info", at, "account")
    for at in audit.of_kind["shm_segment"]:
        if locker := memory.value_at("shm_segment", at, "locker"):
            yield at, locker


def _counted(audit):
    """(kind, account, number) of all that an account counts."""
    memory = audit.memory
    for thread in audit.threads.values():
        if thread.credentials:
            yield "tasks", _account_of(audit, thread.credentials), 1
    for process in audit.processes.values():
        if process.ended_credentials:
            yield "tasks", _account_of(audit, process.ended_credentials), 1
    for at in audit.of_kind["pending_info"]:
        yield "pending", memory.value_at("pending_info", at, "account"), 1
    for at in audit.of_kind["shm_segment"]:
        locker = memory.value_at("shm_segment", at, "locker")
        yield "locked", locker, memory.value_at("shm_segment", at, "pages")
