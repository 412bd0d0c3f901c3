// Who uses a System V segment: shm_nattch follows forks, splits, moves and ends of mappings. A removed
// segment goes with its last user.

#include "sysv.h"

#include <sys/mman.h>
#include <sys/shm.h>

#define PAGE 4096u
#define SIZE (8 * PAGE)

static int id;
static char *at;

static void users(const char *what)
{
	struct shmid_ds ds;

	if (shmctl(id, IPC_STAT, &ds))
		say("%s: %s\n", what, error_name(errno));
	else
		say("%s: %u users, last: %s\n", what, ds.shm_nattch,
		    ds.shm_lpid == getpid() ? "this" : "another");
}

static void child(void)
{
	users("in a child");
	at[0]++;
	munmap(at, PAGE);
	users("part unmapped in the child");
	at[PAGE]++;
}

static void child_detaches(void)
{
	show("detach in a child", shmdt(at));
	users("after that");
}

static void child_execs(void)
{
	char *const args[] = { "true", NULL };

	execv("/bin/true", args);
}

static void forks(void)
{
	at = shmat(id, NULL, 0);
	users("attached");
	show_child("child", child);
	say("the child has written: %d %d\n", at[0], at[PAGE]);
	users("after the child");
	show_child("child", child_detaches);
	users("after the child");
	show_child("child", child_execs);
	users("after its exec");
}

static void splits(void)
{
	char *moved;

	show("unmap the middle", munmap(at + 2 * PAGE, PAGE));
	users("two parts");
	show("unmap the first page", munmap(at, PAGE));
	users("still two");
	show("protect", mprotect(at + 4 * PAGE, PAGE, PROT_READ));
	users("four parts");
	show("protect its neighbour", mprotect(at + 5 * PAGE, PAGE, PROT_READ));
	users("a border has moved");
	show("protect back", mprotect(at + 4 * PAGE, 2 * PAGE, PROT_READ | PROT_WRITE));
	users("parts do not merge");
	moved = mremap(at + PAGE, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, at + 2 * PAGE);
	check("moved over the hole", moved == at + 2 * PAGE);
	users("moved");
	moved = mremap(at + 2 * PAGE, 0, 2 * PAGE, MREMAP_MAYMOVE);
	check("mapped once more", moved != MAP_FAILED && moved[PAGE] == at[3 * PAGE]);
	users("once more");
	show("detach", shmdt(at));
	users("what had moved is left");
	at[2 * PAGE] = 7;
	show("unmap it", munmap(at + 2 * PAGE, PAGE));
	users("a copy is left");
	show("unmap", munmap(moved, 2 * PAGE));
	users("nobody");
}

static void large_moves(void)
{
	char *moved;

	at = shmat(id, NULL, 0);
	moved = mremap(at, SIZE, 2 * SIZE, MREMAP_MAYMOVE);
	check("grown", moved != MAP_FAILED);
	users("grown");
	show("detach", shmdt(moved));
	users("its own size is gone");
	show("unmap", munmap(moved, 2 * SIZE));
	users("nobody");
}

static void line_of_maps(void)
{
	static char maps[16384];
	char expected[64], *line;
	int fd;
	ssize_t n;

	at = shmat(id, NULL, SHM_RDONLY);
	fd = open("/proc/self/maps", O_RDONLY);
	n = read(fd, maps, sizeof(maps) - 1);
	maps[n > 0 ? n : 0] = '\0';
	close(fd);
	line = strstr(maps, "SYSV");
	say("maps: %.23s\n", line ? line : "nothing");
	snprintf(expected, sizeof(expected), " %d ", id);
	check("with the id", line && strstr(line - 40, expected));
	snprintf(expected, sizeof(expected), "%08x-%08x r--s", (uint32_t)at, (uint32_t)at + SIZE);
	check("and the range", strstr(maps, expected));
}

static void last_user(void)
{
	users("before the end");
	show("remove", shmctl(id, IPC_RMID, NULL));
	users("in a child");
}

static void file_of_proc(void)
{
	char text[8192], expected[64];
	int fd = open("/proc/sysvipc/shm", O_RDONLY);
	ssize_t n = read(fd, text, sizeof(text) - 1);

	close(fd);
	text[n > 0 ? n : 0] = '\0';
	say("title: %.66s\n", text);
	snprintf(expected, sizeof(expected), "%10d %10d   640 ", KEY, id);
	check("a line", strstr(text, expected));
}

int main(void)
{
	id = shmget(KEY, SIZE, IPC_CREAT | 0640);
	forks();
	splits();
	large_moves();
	line_of_maps();
	file_of_proc();
	show_child("child", last_user);
	users("after its end");
	say("read: %d\n", at[0]);
	show("detach", shmdt(at));
	users("gone");
	return 0;
}
