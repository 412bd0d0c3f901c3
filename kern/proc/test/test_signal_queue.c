// test_signal_queue.c: queues of pending signals: their order, their limit, and that set and list
// agree, also if there is no memory.
#include "debug/ktest.h"
#include "mem/fail_alloc.h"
#include "proc/signal_queue.h"
#include "thread/account.h"

#define RT SIGRTMIN_KERNEL
#define MANY 1000u // a limit that is never met

// Returns how many descriptions the queue has; 0 if nothing is pending.
static uint32_t described(const struct signal_queue *queue)
{
	const struct list *link;
	uint32_t count = 0;

	for (link = queue->infos.next; link != &queue->infos; link = link->next)
		count++;
	EXPECT(queue->set || count == 0);
	return count;
}

static int add(struct signal_queue *queue, int signo, int code, pid_t pid)
{
	struct signal_info info = { .code = code, .pid = pid };

	return sigqueue_add(queue, signo, &info, &root_account, MANY);
}

// Take the next signal, which must be `signo` of `pid`.
static void take(struct signal_queue *queue, sigmask_t blocked, int signo, pid_t pid)
{
	struct signal_info info;

	EXPECT_EQ(sigqueue_take(queue, blocked, &info), signo);
	if (signo)
		EXPECT_EQ(info.pid, pid);
}

KTEST(sigqueue_takes_faults_first_and_then_the_smallest)
{
	struct signal_queue queue;
	uint32_t before = sigqueue_total();

	sigqueue_init(&queue);
	EXPECT_EQ(add(&queue, RT, SI_USER, 1), 0);
	EXPECT_EQ(add(&queue, SIGTERM, SI_USER, 2), 0);
	EXPECT_EQ(add(&queue, SIGHUP, SI_USER, 3), 0);
	EXPECT_EQ(add(&queue, SIGSEGV, SI_USER, 4), 0);
	EXPECT_EQ(add(&queue, RT, SI_USER, 5), 0);
	EXPECT_EQ(add(&queue, SIGTERM, SI_USER, 6), 0); // is pending already
	EXPECT_EQ(described(&queue), 5);
	take(&queue, signal_bit(SIGHUP), SIGSEGV, 4);
	take(&queue, signal_bit(SIGHUP), SIGTERM, 2);
	take(&queue, signal_bit(SIGHUP), RT, 1);
	EXPECT(queue.set & signal_bit(RT));
	take(&queue, signal_bit(SIGHUP), RT, 5);
	take(&queue, signal_bit(SIGHUP), 0, 0);
	take(&queue, 0, SIGHUP, 3);
	EXPECT_EQ(queue.set, 0);
	EXPECT_EQ(sigqueue_total(), before);
}

KTEST(sigqueue_obeys_the_limit)
{
	struct signal_info user = { .code = SI_USER, .pid = 7 }, thread = { .code = SI_TKILL };
	uint32_t before = sigqueue_total();
	struct signal_queue queue;

	sigqueue_init(&queue);
	EXPECT_EQ(sigqueue_add(&queue, RT, &thread, &root_account, before + 1), 0);
	EXPECT_EQ(sigqueue_add(&queue, RT, &thread, &root_account, before + 1), -EAGAIN);
	EXPECT_EQ(sigqueue_add(&queue, RT + 1, &thread, &root_account, before + 1), -EAGAIN);
	EXPECT(!(queue.set & signal_bit(RT + 1)));
	EXPECT_EQ(sigqueue_add(&queue, RT + 1, &user, &root_account, before + 1),
	          0); // comes without its sender
	EXPECT_EQ(sigqueue_add(&queue, SIGUSR2, &thread, &root_account, before + 1), 0);
	EXPECT_EQ(described(&queue), 1);
	EXPECT_EQ(sigqueue_add(&queue, SIGUSR1, &user, &root_account, before + 1), 0); // keeps it
	EXPECT_EQ(described(&queue), 2);
	take(&queue, 0, SIGUSR1, 7);
	take(&queue, 0, SIGUSR2, 0);
	take(&queue, 0, RT, 0);
	take(&queue, 0, RT + 1, 0);
	take(&queue, 0, 0, 0);
	EXPECT_EQ(sigqueue_total(), before);
}

KTEST(sigqueue_discards_signals_with_all_that_is_known_of_them)
{
	uint32_t before = sigqueue_total();
	struct signal_queue queue;

	sigqueue_init(&queue);
	for (int i = 0; i < 10; i++)
		EXPECT_EQ(add(&queue, RT + i % 2, SI_USER, i), 0);
	EXPECT_EQ(add(&queue, SIGTSTP, SI_USER, 20), 0);
	sigqueue_discard(&queue, signal_bit(RT) | signal_bit(SIGTTIN));
	EXPECT_EQ(described(&queue), 6);
	take(&queue, 0, SIGTSTP, 20);
	take(&queue, 0, RT + 1, 1);
	sigqueue_discard(&queue, ~0ull);
	EXPECT_EQ(queue.set, 0);
	EXPECT_EQ(described(&queue), 0);
	EXPECT_EQ(sigqueue_total(), before);
}

#ifdef DEBUG
KTEST(sigqueue_without_memory)
{
	struct signal_queue queue;

	sigqueue_init(&queue);
	mem_fail_after(1);
	EXPECT_EQ(add(&queue, RT, SI_TKILL, 1), -EAGAIN);
	mem_fail_after(1);
	EXPECT_EQ(add(&queue, RT, SI_USER, 1), 0);
	mem_fail_after(1);
	EXPECT_EQ(add(&queue, SIGUSR1, SI_USER, 1), 0);
	mem_fail_after(0);
	EXPECT_EQ(described(&queue), 0);
	take(&queue, 0, SIGUSR1, 0);
	take(&queue, 0, RT, 0);
	take(&queue, 0, 0, 0);
}
#endif
