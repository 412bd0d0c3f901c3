// futex_waitv.c: waiting on several words at once (futex_waitv(2)).
#include "mem/heap.h"
#include "proc/futex.h"
#include "proc/futex_internal.h"
#include "thread/mutex.h"

// Words that all calls together may wait on. They may all be in one chain, and a walk along a chain
// may have to reach its end without a yield (futex_first); a requeue to a lock makes three.
#define WORDS_MAX 16000u

static uint32_t word_count; // on which threads wait now; guarded by futex_lock

// The waiters of a call, one for each word, with the wait queue that they share.
struct many {
	struct waitq wait;
	uint32_t count;  // waiters whose keys have been found
	uint32_t queued; // waiters that have been put on their chains
	struct futex_waiter waiters[];
};

// Find the places of all words. Returns 0 or -errno; many->count says how many have been found.
static int find_places(struct many *many, const struct futex_word *words, uint32_t count)
{
	int error = 0;

	while (many->count < count && !error) {
		const struct futex_word *word = &words[many->count];

		error = futex_key_get(&many->waiters[many->count].key, word->va, word->private);
		many->count += !error;
	}
	return error;
}

// Take all waiters off their chains. Returns the index of one that a waker has taken off, or -1.
// Caller: holds futex_lock.
static int dequeue(struct many *many)
{
	int woken = -1;

	assert_spin_held(&futex_lock);
	for (uint32_t i = 0; i < many->queued; i++) {
		if (list_empty(&many->waiters[i].link))
			woken = (int)i;
		list_remove(&many->waiters[i].link);
	}
	many->queued = 0;
	return woken;
}

// Put the waiters on their chains one by one, after comparing their words. A word may fault, so the
// lock is released in between: a wakeup that comes meanwhile is found by its waiter. Returns 0 with
// futex_lock held; -EAGAIN, -EFAULT without it.
static int enqueue(struct many *many, const struct futex_word *words)
{
	uint32_t now;
	int error;

	for (uint32_t i = 0; i < many->count; i++) {
		if (i)
			spin_unlock(&futex_lock);
		error = futex_lock_and_read(words[i].va, &now);
		if (error)
			return error;
		if (now != words[i].value) {
			spin_unlock(&futex_lock);
			return -EAGAIN;
		}
		many->waiters[i].bitset = ~0u;
		many->waiters[i].pi = false;
		many->waiters[i].wait = &many->wait;
		futex_enqueue(&many->waiters[i]);
		many->queued++;
	}
	return 0;
}

// Returns true if a waker has taken one of the waiters off its chain. Caller: holds futex_lock.
static bool any_woken(const struct many *many)
{
	assert_spin_held(&futex_lock);
	for (uint32_t i = 0; i < many->queued; i++)
		if (list_empty(&many->waiters[i].link))
			return true;
	return false;
}

// Wait on the words, whose places are known. Returns as futex_wait_any. A wakeup counts more than
// any error.
static int wait_many(struct many *many, const struct futex_word *words, uint64_t deadline)
{
	int woken, error = enqueue(many, words);

	if (error)
		spin_lock(&futex_lock);
	while (!error && !any_woken(many))
		error = waitq_sleep(&many->wait, &futex_lock, WAIT_INTERRUPTIBLE, deadline);
	woken = dequeue(many);
	spin_unlock(&futex_lock);
	return woken >= 0 ? woken : error;
}

// Count `count` more words. Returns false if there would be too many.
static bool count_words(uint32_t count)
{
	bool room;

	spin_lock(&futex_lock);
	room = count <= WORDS_MAX - word_count;
	if (room)
		word_count += count;
	spin_unlock(&futex_lock);
	return room;
}

// Count `count` words less.
static void forget_words(uint32_t count)
{
	spin_lock(&futex_lock);
	word_count -= count;
	spin_unlock(&futex_lock);
}

int futex_wait_any(const struct futex_word *words, uint32_t count, uint64_t deadline)
{
	struct many *many = kmalloc(sizeof(*many) + count * sizeof(many->waiters[0]));
	int result;

	assert_no_lock();
	if (!many || !count_words(count)) {
		kfree(many);
		return -ENOMEM;
	}
	waitq_init(&many->wait);
	many->count = many->queued = 0;
	result = find_places(many, words, count);
	if (!result)
		result = wait_many(many, words, deadline);
	while (many->count)
		futex_key_put(&many->waiters[--many->count].key);
	forget_words(count);
	kfree(many);
	return result;
}
