// fill_mqueue.c: what the calls on POSIX message queues take: a few names, so that processes meet.

#include "fuzz.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define OWN 4 // names that may be made

static const char names[][8] = { "q0", "q1", "q2", "q3", "", ".", "a/b", "none" };

uint32_t mqueue_value(char kind, uint32_t *state)
{
	if (kind == ',')
		return (uint32_t)(uintptr_t)
			names[one_in(state, 12) ? below(state, 8) : below(state, OWN)];
	if (one_in(state, 8))
		return any_size(state);
	return one_in(state, 2) ? 8192 : below(state, 100);
}

// Attributes, mostly of small queues, or an event.
void fill_mqueue(char kind, uint32_t *words, uint32_t *state)
{
	if (kind == '/') {
		memset(words, 0, 32);
		words[0] = one_in(state, 8) ? random_word(state) : below(state, 2) * O_NONBLOCK;
		words[1] = one_in(state, 12) ? random_word(state) : 1 + below(state, 4);
		words[2] = one_in(state, 12) ? random_word(state) : 1 + below(state, 100);
		return;
	}
	for (uint32_t i = 0; i < 16; i++)
		words[i] = random_word(state);
	words[1] = one_in(state, 12) ? random_word(state) : below(state, 66);
	words[2] = one_in(state, 12) ? random_word(state) : below(state, 3);
}

bool mqueue_is_own(uint32_t name)
{
	for (uint32_t i = 0; i < OWN; i++)
		if (name == (uint32_t)(uintptr_t)names[i])
			return true;
	return false;
}

int mqueue_open(uint32_t number)
{
	return (int)syscall(SYS_mq_open, names[number], O_CREAT | O_RDWR | O_NONBLOCK, 0666, NULL);
}

void mqueue_clean(void)
{
	for (uint32_t i = 0; i < OWN; i++)
		syscall(SYS_mq_unlink, names[i]);
}
