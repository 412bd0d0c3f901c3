// As many System V segments as there can be, and all of a segment's memory comes back.

#include "sysv.h"

#include <sys/shm.h>

#define MANY 5000

static int ids[MANY];

static int make_all(void)
{
	int count = 0;

	while (count < MANY && (ids[count] = shmget(IPC_PRIVATE, 4096, 0600)) >= 0)
		count++;
	return count;
}

static void remove_all(int count)
{
	for (int i = 0; i < count; i++)
		if (shmctl(ids[i], IPC_RMID, NULL))
			say("remove: %s\n", error_name(errno));
}

// One place is used again and again, with another id each time.
static void use_again(void)
{
	int first = shmget(IPC_PRIVATE, 4096, 0600), same = 0, id = 0;

	shmctl(first, IPC_RMID, NULL);
	for (int i = 0; i < 1000; i++) {
		id = shmget(IPC_PRIVATE, 4096, 0600);
		if (id == first)
			same++;
		if (shmctl(id, IPC_RMID, NULL))
			say("remove: %s\n", error_name(errno));
	}
	say("the first id came again %d times\n", same);
	show("the last one", shmctl(id, IPC_RMID, NULL));
}

int main(void)
{
	int count = make_all();

	say("%d segments, then %s\n", count, error_name(errno));
	show("one with a key", shmget(KEY, 100, IPC_CREAT | 0600));
	remove_all(count);
	count = make_all();
	say("%d segments, then %s\n", count, error_name(errno));
	remove_all(count);
	use_again();
	return 0;
}
