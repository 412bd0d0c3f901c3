// oom_objects: memory without a name counts when a victim is chosen for lack of memory, whatever keeps it: a
// descriptor of any number, a mapping, a named area, a removed directory. It counts once.
// limit: 4

#include "oom_held.h"
#include <sys/area.h>
#include <sys/resource.h>

#define SIZE (20 * MIB)
#define DEPTH 15000

static int before;

static void far_descriptor(void)
{
	struct rlimit limit = { 4096, 4096 };
	int fd = nameless(20);

	setrlimit(RLIMIT_NOFILE, &limit);
	dup2(fd, 2000);
	close(fd);
	check_rise("a far descriptor", before, 20);
	close(2000);
}

static void mapping(void)
{
	int fd = nameless(20);
	char *at = mmap(NULL, SIZE, PROT_READ, MAP_SHARED, fd, 0), *again;

	close(fd);
	check_rise("a mapping", before, 20);
	again = mremap(at, 4096, 4096, MREMAP_MAYMOVE | MREMAP_FIXED, (void *)0x70000000);
	munmap(at, SIZE);
	check_rise("a mapping of a part", before, 20);
	munmap(again, 4096);
}

static void shared_memory(void)
{
	char *at = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	memset(at, 1, SIZE);
	check_rise("shared memory", before, 20);
	madvise(at, SIZE, MADV_DONTNEED);
	check_rise("shared memory that is not in page tables", before, 20);
	munmap(at, SIZE);
}

static void named_area(void)
{
	struct area_request request = { .name = "held",
		                        .size = SIZE,
		                        .protection = PROT_READ | PROT_WRITE,
		                        .lock = AREA_LOCK_FULL };

	show("area_create", area_create(&request, 1));
	check_rise("a named area", before, 20);
	munmap((void *)(uintptr_t)request.address, SIZE);
	check_rise("a named area that is not mapped", before, 20);
	area_delete(&request.id, 1);
}

// The descriptor is the only way to the directories.
static void directories(void)
{
	int fd, bad = 0;

	chdir("/tmp");
	for (int i = 0; i < DEPTH; i++)
		bad += mkdir("d", 0755) + chdir("d");
	fd = open(".", O_PATH);
	for (int i = 0; i < DEPTH; i++)
		bad += chdir("..") + rmdir("d");
	check("removed", bad == 0);
	check_rise("directories", before, DEPTH / 4096);
	close(fd);
}

// A file in them, which is mapped.
static void mapped_below(void)
{
	int fd, bad = 0;
	char *at;

	for (int i = 0; i < DEPTH; i++)
		bad += mkdir("d", 0755) + chdir("d");
	fd = open("f", O_RDWR | O_CREAT, 0600);
	write(fd, "x", 1);
	at = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	bad += unlink("f");
	for (int i = 0; i < DEPTH; i++)
		bad += chdir("..") + rmdir("d");
	check("removed", bad == 0);
	check_rise("directories above a mapped file", before, DEPTH / 4096);
	munmap(at, 4096);
}

static void once(void)
{
	static const char page[4096];
	int fd = nameless(20), ends[2];
	char path[32], *at = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	memset(at, 2, SIZE);
	for (int i = 0; i < 100; i++)
		dup(fd);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	for (int i = 0; i < 100; i++)
		open(path, O_RDWR);
	check_rise("many descriptors and a mapping", before, 20);
	munmap(at, SIZE);
	for (int i = 3; i < 1000; i++)
		close(i);
	for (int i = 0; i < 100; i++) {
		pipe(ends);
		fcntl(ends[1], F_SETFL, O_NONBLOCK);
		while (write(ends[1], page, sizeof(page)) > 0)
			;
	}
	check_rise("pipes", before, 6);
	for (int i = 3; i < 1000; i++)
		close(i);
}

// A process that shares a file counts all of it.
static void shared_by_fork(void)
{
	int fd = nameless(20);
	pid_t pid = fork_or_end();

	if (pid == 0) {
		check_rise("a child that shares it", before, 20);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	close(fd);
}

int main(void)
{
	before = score_of(getpid());
	far_descriptor();
	mapping();
	shared_memory();
	named_area();
	directories();
	mapped_below();
	once();
	shared_by_fork();
	check("and then no more", score_of(getpid()) - before < 5);
	return 0;
}
