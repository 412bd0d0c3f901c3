// account.c: the accounts of users.
#include "thread/account.h"

#include "cpu/spinlock.h"
#include "mem/heap.h"

struct account root_account;

static struct spinlock account_lock = SPINLOCK_INIT("accounts", RANK_ACCOUNT);
static struct avl_tree accounts; // [account_lock] all but root_account

static struct account *account_of(const struct avl_node *node)
{
	return node ? container_of(node, struct account, node) : NULL;
}

static bool is_before(const struct avl_node *a, const struct avl_node *b)
{
	return account_of(a)->uid < account_of(b)->uid;
}

// Returns the account of user `uid`, or NULL. Caller: holds account_lock.
static struct account *look_up(uid_t uid)
{
	struct account *account = account_of(accounts.root);

	assert_spin_held(&account_lock);
	while (account && account->uid != uid)
		account = account_of(account->node.child[uid > account->uid]);
	return account;
}

struct account *account_find(uid_t uid)
{
	struct account *account, *fresh;

	if (!uid)
		return &root_account;
	fresh = kzalloc_lasting(sizeof(*fresh));
	spin_lock(&account_lock);
	account = look_up(uid);
	if (!account && fresh) {
		account = fresh;
		fresh = NULL;
		account->uid = uid;
		avl_insert(&accounts, &account->node, is_before);
	}
	if (account)
		account->refs++;
	spin_unlock(&account_lock);
	kfree(fresh);
	return account;
}

struct account *account_get(struct account *account)
{
	if (account == &root_account)
		return account;
	spin_lock(&account_lock);
	account->refs++;
	spin_unlock(&account_lock);
	return account;
}

void account_put(struct account *account)
{
	bool last;

	if (account == &root_account)
		return;
	spin_lock(&account_lock);
	last = --account->refs == 0;
	if (last)
		avl_remove(&accounts, &account->node);
	spin_unlock(&account_lock);
	if (last)
		kfree(account);
}
