// Robust lists: the locks that a thread holds at its end are marked, and a waiter is woken. Every
// pointer of the list may be anything.

#include "../thread.h"

#define WAITERS 0x80000000u
#define DIED 0x40000000u

struct lock {
	void *next;
	volatile unsigned int word;
};

static struct {
	void *next;
	long offset;
	void *pending;
} head;

static struct lock locks[4];
static struct test_thread one;
static volatile int go;

static void set_list(void *first, void *pending)
{
	head.next = first;
	head.offset = offsetof(struct lock, word);
	head.pending = pending;
	raw(SYS_set_robust_list, (long)&head, 12, 0, 0, 0);
}

static void show_word(const char *what, struct lock *lock, int tid)
{
	unsigned int word = lock->word;

	say("%s:%s%s %s\n", what, word & WAITERS ? " waiters" : "", word & DIED ? " died" : "",
	    (word & 0x3fffffff) == 0        ? "nobody's" :
	    (int)(word & 0x3fffffff) == tid ? "the thread's" :
	                                      "another's");
}

static void show_locks(int tid)
{
	show_word("first", &locks[0], tid);
	show_word("second", &locks[1], tid);
	show_word("third", &locks[2], tid);
	show_word("pending", &locks[3], tid);
}

static void set_words(void)
{
	unsigned int tid = (unsigned int)own_tid();

	locks[0].word = tid;
	locks[1].word = tid | WAITERS;
	locks[2].word = 12345;
	locks[3].word = tid;
}

static void hold(void *arg)
{
	(void)arg;
	set_words();
	locks[0].next = &locks[1];
	locks[1].next = &locks[2];
	locks[2].next = &head;
	set_list(&locks[0], &locks[3]);
}

static void hold_ring(void *arg)
{
	(void)arg;
	set_words();
	locks[0].next = &locks[1];
	locks[1].next = &locks[0];
	set_list(&locks[0], NULL);
}

static void hold_bad(void *arg)
{
	(void)arg;
	set_words();
	locks[0].next = (void *)16;
	set_list(&locks[0], (void *)24);
}

static void hold_unaligned(void *arg)
{
	(void)arg;
	set_words();
	locks[0].next = (char *)&locks[1] + 2;
	set_list(&locks[0], &locks[3]);
}

static void hold_no_head(void *arg)
{
	(void)arg;
	set_words();
	raw(SYS_set_robust_list, 8, 12, 0, 0, 0);
}

static void wait_second(void *arg)
{
	unsigned int word = locks[1].word;

	go = 1;
	say("%s\n", raw(SYS_futex, (long)&locks[1].word, FUTEX_WAIT_OP, (long)word, 0, 0) == 0 ?
	                    "a waiter is woken" :
	                    "not woken");
	(void)arg;
}

static void hold_later(void *arg)
{
	hold(arg);
	go = 2;
	sleep_ms(20);
}

static void run(const char *what, void (*function)(void *))
{
	int tid;

	say("%s\n", what);
	memset(locks, 0, sizeof(locks));
	tid = start_thread(&one, 0, function, NULL);
	join_thread(&one);
	show_locks(tid);
}

static void list_of(const char *what, pid_t pid)
{
	void *found = NULL;
	long len = 0;
	long result = raw(SYS_get_robust_list, pid, (long)&found, (long)&len, 0, 0);

	say("%s: %s, length %ld, %s\n", what, result ? raw_error(result) : "found", len,
	    found == (void *)&head ? "ours" :
	    found                  ? "another" :
	                             "none");
}

int main(void)
{
	static struct test_thread waiter;

	run("a list", hold);
	run("a ring", hold_ring);
	run("a bad pointer", hold_bad);
	run("an unaligned one", hold_unaligned);
	run("no head", hold_no_head);
	memset(locks, 0, sizeof(locks));
	go = 0;
	start_thread(&one, 0, hold_later, NULL);
	while (go != 2)
		sleep_ms(1);
	start_thread(&waiter, 0, wait_second, NULL);
	join_thread(&one);
	join_thread(&waiter);
	raw(SYS_set_robust_list, 0, 12, 0, 0, 0);
	list_of("own list", 0);
	set_list(&head, NULL);
	list_of("now", 0);
	list_of("by number", getpid());
	list_of("of nobody", 99999);
	say("a bad place: %s\n", raw_error(raw(SYS_get_robust_list, 0, 8, 8, 0, 0)));
	say("a wrong length: %s\n", raw_error(raw(SYS_set_robust_list, (long)&head, 8, 0, 0, 0)));
	return 0;
}
