// System V semaphores: making, describing, changing and removing sets; errors of all calls.

#include "sysv.h"

#include <sys/sem.h>

static int id;

static void stat_set(const char *what)
{
	struct semid_ds ds;

	memset(&ds, 0x55, sizeof(ds));
	if (show(what, semctl(id, 0, IPC_STAT, &ds)))
		return;
	show_perm(&ds.sem_perm);
	say("  %u semaphores, used: %s, changed: %s\n", ds.sem_nsems, ds.sem_otime ? "yes" : "no",
	    ds.sem_ctime && !ds.sem_ctime_high ? "yes" : "no");
}

static void made(const char *what, int result)
{
	if (result < 0)
		show(what, result);
	else
		say("%s: %s\n", what, result == id ? "the set" : "another one");
}

static void gets(void)
{
	made("no such key", semget(KEY, 1, 0600));
	made("no semaphores", semget(KEY, 0, IPC_CREAT | 0600));
	made("-1 semaphores", semget(KEY, -1, IPC_CREAT | 0600));
	made("too many", semget(KEY, 32001, IPC_CREAT | 0600));
	id = semget(KEY, 4, IPC_CREAT | IPC_EXCL | 0640);
	check("made", id >= 0);
	stat_set("new");
	made("same key", semget(KEY, 0, 0));
	made("fewer", semget(KEY, 3, IPC_CREAT | 0666));
	made("more", semget(KEY, 5, 0));
	made("-1 semaphores, exists", semget(KEY, -1, 0));
	made("exclusive", semget(KEY, 4, IPC_CREAT | IPC_EXCL | 0600));
}

static void show_all(const char *what)
{
	unsigned short values[4] = { 9, 9, 9, 9 };

	show(what, semctl(id, 0, GETALL, values));
	say("  %u %u %u %u\n", values[0], values[1], values[2], values[3]);
}

static void values(void)
{
	unsigned short set[4] = { 1, 2, 3, 32767 }, large[4] = { 0, 0, 32768, 0 };

	show_all("new");
	show("set all", semctl(id, 0, SETALL, set));
	show_all("set");
	show("set too large", semctl(id, 0, SETALL, large));
	show("set from nowhere", semctl(id, 0, SETALL, 8));
	show("get to nowhere", semctl(id, 0, GETALL, 8));
	show("value", semctl(id, 3, GETVAL, 0));
	show("of semaphore 4", semctl(id, 4, GETVAL, 0));
	show("of semaphore -1", semctl(id, -1, GETVAL, 0));
	show("set value", semctl(id, 1, SETVAL, 7));
	show("set value 32768", semctl(id, 1, SETVAL, 32768));
	show("set value -1", semctl(id, 1, SETVAL, -1));
	show("set value of 4", semctl(id, 4, SETVAL, 7));
	show("set value 32768 of 4", semctl(id, 4, SETVAL, 32768));
	check("pid", semctl(id, 1, GETPID, 0) == getpid());
	show("nobody waits", semctl(id, 1, GETNCNT, 0));
	show("nobody waits for 0", semctl(id, 1, GETZCNT, 0));
	show("waiters of 4", semctl(id, 4, GETNCNT, 0));
	show_all("at last");
	show("command 77", semctl(id, 0, 77, 0));
	show("command -1", semctl(id, 0, -1, 0));
	show("id -1", semctl(-1, 0, GETVAL, 0));
	show("unknown id", semctl(0x7ffffff0, 0, GETVAL, 0));
	show("unknown id, too large", semctl(0x7ffffff0, 0, SETVAL, 40000));
	show("unknown id, get all", semctl(0x7ffffff0, 0, GETALL, 8));
	show("unknown id, set owner from nowhere", semctl(0x7ffffff0, 0, IPC_SET, 8));
	show("stat to nowhere", semctl(id, 0, IPC_STAT, 8));
}

static void op(const char *what, int number, int value, int flags)
{
	struct sembuf operation = { (unsigned short)number, (short)value, (short)flags };

	show(what, semop(id, &operation, 1));
}

static void operations(void)
{
	struct sembuf two[2] = { { 0, -1, 0 }, { 1, -1, IPC_NOWAIT } };
	struct sembuf back[3] = { { 0, 5, 0 }, { 0, -7, IPC_NOWAIT }, { 1, 1, 0 } };
	struct sembuf many[501] = { { 0, 0, 0 } };
	unsigned short start[4] = { 1, 0, 3, 32767 };
	struct timespec none = { 0, 0 }, bad = { 0, 1000000000 }, negative = { -1, 0 };

	semctl(id, 0, SETALL, start);
	op("add", 2, 2, 0);
	op("add too much", 3, 1, 0);
	op("subtract", 2, -5, 0);
	op("subtract too much", 2, -1, IPC_NOWAIT);
	op("is 0", 2, 0, 0);
	op("is not 0", 0, 0, IPC_NOWAIT);
	op("semaphore 4", 4, 0, IPC_NOWAIT);
	op("undo too much", 2, 32767, SEM_UNDO);
	op("undo too much", 2, -32767, 0);
	op("undo too much", 2, 2, SEM_UNDO);
	show("both or none", semop(id, two, 2));
	show("sum too small", semop(id, back, 3));
	show_all("nothing has changed");
	back[1].sem_op = -5;
	show("in order", semop(id, back, 3));
	show("now both", semop(id, two, 2));
	show_all("changed");
	show("500 operations", semop(id, many, 500));
	show("501 operations", semop(id, many, 501));
	show("no operation", semop(id, many, 0));
	show("from nowhere", semop(id, (void *)8, 1));
	show("from nowhere, too many", semop(id, (void *)8, 501));
	show("from nowhere, id -1", semop(-1, (void *)8, 1));
	show("id -1", semop(-1, many, 1));
	show("unknown id", semop(0x7ffffff0, many, 1));
	two[0].sem_op = -1;
	show("with no time", semtimedop(id, two, 1, &none));
	show("with a bad time", semtimedop(id, two, 1, &bad));
	show("with a negative time", semtimedop(id, two, 1, &negative));
	show("with a time from nowhere", semtimedop(id, two, 1, (void *)8));
	show("bad time, not needed", semtimedop(id, many, 1, &bad));
	show("bad time, too many", semtimedop(id, many, 501, &bad));
	show("bad time, from nowhere", semtimedop(id, (void *)8, 1, &bad));
}

// As another user.
static void stranger(void)
{
	struct semid_ds ds;
	unsigned short all[4] = { 0 };

	become(1000);
	made("find", semget(KEY, 0, 0));
	made("find to read", semget(KEY, 0, 0444));
	op("test", 0, 0, IPC_NOWAIT);
	op("add", 0, 1, 0);
	op("semaphore 4", 4, 0, IPC_NOWAIT);
	show("stat", semctl(id, 0, IPC_STAT, &ds));
	check("stat any", semctl(id & 0x7fff, 0, SEM_STAT_ANY, &ds) == id);
	show("value", semctl(id, 0, GETVAL, 0));
	show("value of 4", semctl(id, 4, GETVAL, 0));
	show("set value", semctl(id, 0, SETVAL, 1));
	show("set value of 4", semctl(id, 4, SETVAL, 1));
	show("set all", semctl(id, 0, SETALL, all));
	show("remove", semctl(id, 0, IPC_RMID, 0));
}

// As a member of the group, which may read.
static void member(void)
{
	if (syscall(SYS_setuid32, 1000))
		say("setuid\n");
	op("test", 0, 0, IPC_NOWAIT);
	op("add", 0, 1, 0);
	op("subtract nothing, undo", 0, 0, SEM_UNDO | IPC_NOWAIT);
	show("value", semctl(id, 1, GETVAL, 0));
	show("set value", semctl(id, 0, SETVAL, 1));
}

static void set_owner(void)
{
	struct semid_ds ds;

	semctl(id, 0, IPC_STAT, &ds);
	ds.sem_perm.uid = 1000;
	ds.sem_perm.mode = 0777;
	show("set", semctl(id, 0, IPC_SET, &ds));
	stat_set("set");
	ds.sem_perm.gid = (gid_t)-1;
	show("set group -1", semctl(id, 0, IPC_SET, &ds));
}

static void counts(void)
{
	struct seminfo info;
	struct semid_ds ds;
	int highest, found = 0;

	check("limits", semctl(0, 0, IPC_INFO, &info) >= 0);
	say("  %d %d %d %d %d %d %d %d %d %d\n", info.semmap, info.semmni, info.semmns, info.semmnu,
	    info.semmsl, info.semopm, info.semume, info.semusz, info.semvmx, info.semaem);
	highest = semctl(0, 0, SEM_INFO, &info);
	say("sets %d, semaphores %d\n", info.semusz, info.semaem);
	for (int i = 0; i <= highest; i++)
		if (semctl(i, 0, SEM_STAT, &ds) == id)
			found++;
	say("found %d\n", found);
	show("to nowhere", semctl(0, 0, SEM_INFO, 8));
	show_file("/proc/sys/kernel/sem");
}

int main(void)
{
	gets();
	values();
	operations();
	show_child("a stranger", stranger);
	show_child("a member of the group", member);
	set_owner();
	counts();
	show("remove", semctl(id, 0, IPC_RMID, 0));
	show("remove again", semctl(id, 0, IPC_RMID, 0));
	stat_set("removed");
	return 0;
}
