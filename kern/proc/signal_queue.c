// signal_queue.c: queues of pending signals.
#include "proc/signal_queue.h"

#include "mem/heap.h"
#include "thread/account.h"
#include "thread/yield.h"
#include <abi/resource.h>

// The most descriptions in all queues, whatever the limit says. Killing a process does not free
// this memory at once, and the calls that search or free the descriptions must stay short.
#define PENDING_MAX 8192u

// About how many instructions it takes to pass a description. The queues only count; callers that
// take many signals yield.
#define PASS_COST 8

// The description of one pending signal.
struct pending_info {
	struct list link; // in signal_queue.infos, the oldest first
	int signo;
	bool reserved;              // belongs to a timer, which frees it
	struct signal_queue *queue; // of one that is reserved: where it is
	struct account *account;    // whose limit it counts against; a reference
	struct signal_info info;
};

static uint32_t pending_total; // [atomic] descriptions that are queued or reserved, of all users

void sigqueue_init(struct signal_queue *queue)
{
	queue->set = 0;
	list_init(&queue->infos);
}

uint32_t sigqueue_total(void)
{
	return pending_total;
}

// Free a description, which is on a queue; one that is reserved only leaves the queue.
static void info_free(struct pending_info *info)
{
	list_remove(&info->link);
	if (info->reserved)
		return;
	account_count(&info->account->pending, -1);
	account_put(info->account);
	kfree(info);
	__atomic_sub_fetch(&pending_total, 1, __ATOMIC_RELAXED);
}

// Returns a description that counts in `account`, or NULL at the limit or if there is no memory. `lasting`: it may
// outlive its sender, so it leaves the reserve to others.
static struct pending_info *info_alloc(struct account *account, uint64_t limit, bool lasting)
{
	struct pending_info *info;

	if (account->pending >= limit || pending_total >= PENDING_MAX)
		return NULL;
	info = lasting ? kmalloc_lasting(sizeof(*info)) : kmalloc(sizeof(*info));
	if (!info)
		return NULL;
	__atomic_add_fetch(&pending_total, 1, __ATOMIC_RELAXED);
	account_count(&account->pending, 1);
	info->account = account_get(account);
	info->reserved = false;
	return info;
}

struct pending_info *sigqueue_reserve(struct account *account, uint64_t limit)
{
	struct pending_info *pending = info_alloc(account, limit, true);

	if (pending) {
		list_init(&pending->link);
		pending->reserved = true;
	}
	return pending;
}

void sigqueue_release(struct pending_info *pending)
{
	pending->reserved = false;
	info_free(pending);
}

void sigqueue_add_reserved(struct signal_queue *queue, struct pending_info *pending, int signo,
                           const struct signal_info *info)
{
	pending->signo = signo;
	pending->info = *info;
	pending->queue = queue;
	list_add_tail(&queue->infos, &pending->link);
	queue->set |= signal_bit(signo);
}

bool sigqueue_is_queued(const struct pending_info *pending)
{
	return !list_empty(&pending->link);
}

// The signal stays pending if another description of it is queued.
void sigqueue_withdraw(struct pending_info *pending)
{
	struct signal_queue *queue = pending->queue;
	struct pending_info *info;
	bool another = false;

	if (list_empty(&pending->link))
		return;
	list_remove(&pending->link);
	list_for_each(info, &queue->infos, link) {
		(void)yield_due(PASS_COST);
		another = info->signo == pending->signo;
		if (another)
			break;
	}
	if (!another)
		queue->set &= ~signal_bit(pending->signo);
}

// The bit in the set is what makes a signal pending; a description is only an addition. So a
// standard signal is never lost for lack of memory. The description of a fault is taken at once, by
// the thread that has caused it: it does not last.
int sigqueue_add(struct signal_queue *queue, int signo, const struct signal_info *info,
                 struct account *account, uint64_t limit)
{
	static const struct signal_info from_kernel = { .code = SI_KERNEL };
	bool standard = signo < SIGRTMIN_KERNEL, fault = FAULT_SIGNALS & signal_bit(signo);
	struct pending_info *pending = NULL;

	if (standard && (queue->set & signal_bit(signo)))
		return 0;
	if (!info)
		info = &from_kernel;
	if (signo != SIGKILL) // no handler will see its description
		pending = info_alloc(account, standard && info->code >= 0 ? RLIM64_INFINITY : limit,
		                     !fault || info->code <= 0);
	if (pending) {
		pending->signo = signo;
		pending->info = *info;
		list_add_tail(&queue->infos, &pending->link);
	} else if (!standard && info->code != SI_USER && info->code != SI_KERNEL) {
		return -EAGAIN;
	}
	queue->set |= signal_bit(signo);
	return 0;
}

void sigqueue_add_bare(struct signal_queue *queue, int signo)
{
	queue->set |= signal_bit(signo);
}

bool sigqueue_peek(const struct signal_queue *queue, uint64_t index, int *signo_store,
                   struct signal_info *info_store)
{
	const struct pending_info *info;

	list_for_each(info, &queue->infos, link) {
		(void)yield_due(PASS_COST);
		if (index--)
			continue;
		*signo_store = info->signo;
		*info_store = info->info;
		return true;
	}
	return false;
}

// Returns the signal of the set, which is not empty, to act upon first.
static int first_signal(sigmask_t set)
{
	uint32_t low;

	if (set & FAULT_SIGNALS)
		set &= FAULT_SIGNALS;
	low = (uint32_t)set;
	return low ? __builtin_ctz(low) + 1 : __builtin_ctz((uint32_t)(set >> 32)) + 33;
}

// A real-time signal may be queued several times: its bit is cleared with the last one.
int sigqueue_take(struct signal_queue *queue, sigmask_t blocked, struct signal_info *info_store)
{
	sigmask_t ready = queue->set & ~blocked;
	struct pending_info *info, *first = NULL;
	bool more = false;
	int signo;

	if (!ready)
		return 0;
	signo = first_signal(ready);
	*info_store = (struct signal_info){ .code = SI_USER }; // used if it has no description
	list_for_each(info, &queue->infos, link) {
		(void)yield_due(PASS_COST);
		if (info->signo != signo)
			continue;
		more = first != NULL;
		if (more)
			break;
		first = info;
	}
	if (first) {
		*info_store = first->info;
		info_free(first);
	}
	if (!more)
		queue->set &= ~signal_bit(signo);
	return signo;
}

void sigqueue_discard(struct signal_queue *queue, sigmask_t which)
{
	struct pending_info *info, *after;

	if (!(queue->set & which))
		return;
	queue->set &= ~which;
	list_for_each_safe(info, after, &queue->infos, link)
		if (which & signal_bit(info->signo))
			info_free(info);
}
