// SHM_LOCK counts for the user who locks: RLIMIT_MEMLOCK binds all segments together.

#include "test.h"

#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/syscall.h>

#define PAGE 4096

static int make(size_t pages)
{
	return shmget(IPC_PRIVATE, pages * PAGE - 1, 0600);
}

static void lock_of(const char *what, int id, int command)
{
	struct shmid_ds ds;

	say("%s: ", what);
	show(command == SHM_LOCK ? "SHM_LOCK" : "SHM_UNLOCK", shmctl(id, command, NULL));
	shmctl(id, IPC_STAT, &ds);
	say("  locked: %s\n", ds.shm_perm.mode & SHM_LOCKED ? "yes" : "no");
}

static void set_limit(unsigned long pages)
{
	struct rlimit limit = { pages * PAGE, 100 * PAGE };

	show("setrlimit", setrlimit(RLIMIT_MEMLOCK, &limit));
}

static void as_user(void)
{
	int one, two, three;

	set_limit(10);
	show("setresuid", (int)syscall(SYS_setresuid32, 40021, 40021, 40021));
	one = make(6);
	two = make(5);
	three = make(4);
	lock_of("six pages", one, SHM_LOCK);
	lock_of("the same again", one, SHM_LOCK);
	lock_of("five more", two, SHM_LOCK);
	lock_of("four more", three, SHM_LOCK);
	lock_of("one less", three, SHM_UNLOCK);
	lock_of("again less", three, SHM_UNLOCK);
	shmctl(one, IPC_RMID, NULL);
	lock_of("after the end of the first", two, SHM_LOCK);
	set_limit(0);
	lock_of("limit 0", three, SHM_LOCK);
	lock_of("limit 0", two, SHM_UNLOCK);
	shmctl(two, IPC_RMID, NULL);
	shmctl(three, IPC_RMID, NULL);
}

static void as_root(void)
{
	int id;

	set_limit(0);
	id = make(3);
	lock_of("root", id, SHM_LOCK);
	shmctl(id, IPC_RMID, NULL);
}

int main(void)
{
	run_child(as_user);
	run_child(as_root);
	run_child(as_user);
	return 0;
}
