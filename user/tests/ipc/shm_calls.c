// System V shared memory: making, finding, describing and removing segments; errors of all calls.

#include "sysv.h"

#include <sys/mman.h>
#include <sys/shm.h>

#define SIZE (3 * 4096 + 100)

static int id;

static void stat_segment(const char *what, int which)
{
	struct shmid_ds ds;

	memset(&ds, 0x55, sizeof(ds));
	if (show(what, shmctl(which, IPC_STAT, &ds)))
		return;
	show_perm(&ds.shm_perm);
	say("  size %u, attached %u\n", ds.shm_segsz, ds.shm_nattch);
	check("  made by this process", ds.shm_cpid == getpid());
	check("  times", ds.shm_ctime && !ds.shm_ctime_high);
	say("  attached ever: %s, detached ever: %s, last: %s\n", ds.shm_atime ? "yes" : "no",
	    ds.shm_dtime ? "yes" : "no",
	    ds.shm_lpid == getpid() ? "this" :
	    ds.shm_lpid             ? "another" :
	                              "nobody");
}

static void made(const char *what, int result)
{
	if (result < 0)
		show(what, result);
	else
		say("%s: %s\n", what, result == id ? "the segment" : "another one");
}

static void gets(void)
{
	made("no such key", shmget(KEY, SIZE, 0600));
	made("size 0", shmget(KEY, 0, IPC_CREAT | 0600));
	made("size 0, private", shmget(IPC_PRIVATE, 0, 0600));
	id = shmget(KEY, SIZE, IPC_CREAT | IPC_EXCL | 0640);
	check("made", id >= 0);
	stat_segment("new", id);
	made("same key", shmget(KEY, SIZE, 0));
	made("size 0, exists", shmget(KEY, 0, 0));
	made("smaller", shmget(KEY, 100, IPC_CREAT | 0666));
	made("larger", shmget(KEY, 5 * 4096, IPC_CREAT | 0666));
	made("same page, larger", shmget(KEY, SIZE + 1, 0));
	made("exclusive", shmget(KEY, SIZE, IPC_CREAT | IPC_EXCL | 0600));
	made("exclusive, without create", shmget(KEY, SIZE, IPC_EXCL));
	made("large pages", shmget(IPC_PRIVATE, 4u << 20, SHM_HUGETLB | 5 << SHM_HUGE_SHIFT | 0600));
}

static void attaches(void)
{
	char *a = shmat(id, NULL, 0), *b, *c;

	check("attached", a != (void *)-1);
	strcpy(a, "shared");
	check("zeroes beyond the size", a[SIZE + 1] == 0);
	b = shmat(id, NULL, SHM_RDONLY);
	say("second mapping: %s\n", b);
	show("make it writable", mprotect(b, 4096, PROT_READ | PROT_WRITE));
	stat_segment("two", id);
	show("unaligned", (long)shmat(id, a + 1, 0));
	show("taken", (long)shmat(id, a, 0));
	show("taken in part", (long)shmat(id, a - 4096, 0));
	c = mmap(NULL, 8 * 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	munmap(c, 8 * 4096);
	check("at an address", shmat(id, c, 0) == c);
	check("again, rounded, replacing", shmat(id, c + 100, SHM_RND | SHM_REMAP) == c);
	stat_segment("three", id);
	check("executable", shmat(id, c + 4 * 4096, SHM_EXEC | SHM_RDONLY) == c + 4 * 4096);
	show("replace at 0", (long)shmat(id, NULL, SHM_REMAP));
	show("replace at 100", (long)shmat(id, (void *)100, SHM_REMAP | SHM_RND));
	show("beyond the end", (long)shmat(id, (void *)0xffffe000, 0));
	show("detach unaligned", shmdt(a + 1));
	show("detach elsewhere", shmdt(a + 4096));
	show("detach", shmdt(a));
	show("detach again", shmdt(a));
	show("detach", shmdt(b));
	show("detach", shmdt(c));
	show("detach", shmdt(c + 4 * 4096));
	show("detach nothing", shmdt(NULL));
	stat_segment("none", id);
}

static void bad_ids(void)
{
	struct shmid_ds ds;

	show("shmat -1", (long)shmat(-1, NULL, 0));
	show("shmat unknown", (long)shmat(0x7ffffff0, NULL, 0));
	show("stat -1", shmctl(-1, IPC_STAT, &ds));
	show("stat unknown", shmctl(0x7ffffff0, IPC_STAT, &ds));
	show("another sequence number", shmctl(id ^ 0x7f000000, IPC_STAT, &ds));
	show("remove with another one", shmctl(id ^ 0x7f000000, IPC_RMID, NULL));
	show("command 77", shmctl(id, 77, &ds));
	show("command -1", shmctl(id, -1, &ds));
	show("command with IPC_64", shmctl(id, IPC_STAT | IPC_64, &ds));
	show("bad address", shmctl(id, IPC_STAT, (void *)8));
	show("bad address to set", shmctl(id, IPC_SET, (void *)8));
	show("bad address, unknown id", shmctl(0x7ffffff0, IPC_SET, (void *)8));
	show("bad address for limits", shmctl(0, IPC_INFO, (void *)8));
	show("bad address for counts", shmctl(0, SHM_INFO, (void *)8));
	show("stat by a large index", shmctl(100000, SHM_STAT, &ds));
}

static void set(void)
{
	struct shmid_ds ds;

	shmctl(id, IPC_STAT, &ds);
	ds.shm_perm.uid = 1000;
	ds.shm_perm.gid = 1001;
	ds.shm_perm.mode = 07123;
	show("set", shmctl(id, IPC_SET, &ds));
	stat_segment("set", id);
	ds.shm_perm.uid = (uid_t)-1;
	show("set user -1", shmctl(id, IPC_SET, &ds));
	show("lock", shmctl(id, SHM_LOCK, NULL));
	shmctl(id, IPC_STAT, &ds);
	show_perm(&ds.shm_perm);
	show("unlock", shmctl(id, SHM_UNLOCK, NULL));
	shmctl(id, IPC_STAT, &ds);
	show_perm(&ds.shm_perm);
	ds.shm_perm.uid = 0;
	ds.shm_perm.gid = 0;
	ds.shm_perm.mode = 0640;
	show("set back", shmctl(id, IPC_SET, &ds));
}

// As another user.
static void stranger(void)
{
	struct shmid_ds ds;

	become(1000);
	made("find", shmget(KEY, 0, 0));
	made("find to read", shmget(KEY, 0, 0444));
	show("attach", (long)shmat(id, NULL, SHM_RDONLY));
	show("stat", shmctl(id, IPC_STAT, &ds));
	check("stat any", shmctl(id & 0x7fff, SHM_STAT_ANY, &ds) == id);
	show("stat by index", shmctl(id & 0x7fff, SHM_STAT, &ds));
	show("set", shmctl(id, IPC_SET, &ds));
	show("lock", shmctl(id, SHM_LOCK, NULL));
	show("remove", shmctl(id, IPC_RMID, NULL));
}

// As a member of the group, which may read.
static void member(void)
{
	struct shmid_ds ds;

	if (syscall(SYS_setuid32, 1000))
		say("setuid\n");
	made("find", shmget(KEY, 0, 0));
	made("find to read", shmget(KEY, 0, 0444));
	made("find to write", shmget(KEY, 0, 0222));
	check("attach to read", shmat(id, NULL, SHM_RDONLY) != (void *)-1);
	show("attach to write", (long)shmat(id, NULL, 0));
	show("attach to execute", (long)shmat(id, NULL, SHM_RDONLY | SHM_EXEC));
	show("stat", shmctl(id, IPC_STAT, &ds));
	show("remove", shmctl(id, IPC_RMID, NULL));
}

static void counts(void)
{
	struct shm_info info;
	struct shminfo limits;
	struct shmid_ds ds;
	int highest, found = 0;

	check("limits", shmctl(0, IPC_INFO, (void *)&limits) >= 0);
	say("  min %u, count %u, each %u\n", limits.shmmin, limits.shmmni, limits.shmseg);
	check("  large", limits.shmmax >= 0x7fffffff && limits.shmall >= 0x7fffffff);
	highest = shmctl(0, SHM_INFO, (void *)&info);
	say("used %d, pages %u, in memory %u, swapped %u\n", info.used_ids, info.shm_tot,
	    info.shm_rss, info.shm_swp);
	for (int i = 0; i <= highest; i++)
		if (shmctl(i, SHM_STAT, &ds) == id)
			found++;
	say("found %d\n", found);
}

static void removed(void)
{
	char *at = shmat(id, NULL, 0), *again;

	show("remove, attached", shmctl(id, IPC_RMID, NULL));
	stat_segment("removed, attached", id);
	made("its key", shmget(KEY, 0, 0));
	again = shmat(id, NULL, 0);
	say("attached again: %s\n", again);
	made("another with the key", shmget(KEY, 100, IPC_CREAT | 0600));
	show("remove twice", shmctl(id, IPC_RMID, NULL));
	show("detach", shmdt(at));
	show("detach", shmdt(again));
	show("attach", (long)shmat(id, NULL, 0));
	show("remove again", shmctl(id, IPC_RMID, NULL));
	show("remove the other", shmctl(shmget(KEY, 0, 0), IPC_RMID, NULL));
}

int main(void)
{
	gets();
	attaches();
	bad_ids();
	set();
	show_child("a stranger", stranger);
	show_child("a member of the group", member);
	counts();
	removed();
	return 0;
}
