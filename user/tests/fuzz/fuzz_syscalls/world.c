// world.c: what the calls find: files for all, and each worker's descriptors and memory.

#include "../../mounts.h"
#include "fuzz.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static void copy_file(const char *from, const char *to)
{
	static char buffer[PAGE];
	int in = open(from, O_RDONLY), out = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0755);
	ssize_t n;

	while ((n = read(in, buffer, sizeof(buffer))) > 0)
		if (write(out, buffer, (size_t)n) != n)
			break;
	close(in);
	close(out);
}

static void make_file(const char *path, uint32_t size)
{
	static const char text[] = "0123456789abcdef";
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);

	for (uint32_t at = 0; at < size; at += 512) {
		pwrite(fd, text, 16, (off_t)at);
	}
	ftruncate(fd, (off_t)size);
	close(fd);
}

// The files of a round. Called by the first process.
void world_prepare(void)
{
	mkdir(BASE_DIRECTORY, 0777);
	chdir(BASE_DIRECTORY);
	make_file("file", 2 * PAGE + PAGE / 2);
	make_file("big", 16 * PAGE);
	mkdir("dir", 0777);
	mkdir("dir/sub", 0777);
	make_file("dir/x", 100);
	mkfifo("fifo", 0666);
	symlink("file", "link");
	symlink("loop", "loop");
	link("file", "hard");
	copy_file("/tests/fuzz_syscalls", SELF);
	copy_file("/bin/true", "true");
	chdir("/");
}

// Returns whether it is gone. Calls may have made what is too deep or too long to be named: that stays.
static bool remove_tree(const char *path, int depth)
{
	bool removed = depth < 40;
	struct dirent *entry;
	char inner[4096];
	DIR *dir;

	chmod(path, 0777);
	// What is removed may move what the directory shows next.
	while (removed && (dir = opendir(path)) != NULL) {
		removed = false;
		while ((entry = readdir(dir)) != NULL) {
			if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
				continue;
			if (strlen(path) + strlen(entry->d_name) + 2 > sizeof(inner))
				continue;
			strcpy(inner, path);
			strcat(inner, "/");
			strcat(inner, entry->d_name);
			removed |= unlink(inner) == 0 || remove_tree(inner, depth + 1);
		}
		closedir(dir);
	}
	return rmdir(path) == 0;
}

void world_clean(void)
{
	remove_mounts();
	remove_tree(BASE_DIRECTORY, 0);
	sysv_clean();
	mqueue_clean();
}

static void open_at(int fd, const char *path, int flags)
{
	int opened = open(path, flags | O_NONBLOCK | O_NOCTTY, 0666);

	if (opened >= 0 && opened != fd) {
		dup2(opened, fd);
		close(opened);
	}
}

static void pipe_at(int fd, int flags)
{
	int ends[2];

	if (pipe2(ends, flags))
		return;
	dup2(ends[0], fd);
	dup2(ends[1], fd + 1);
	close(ends[0]);
	close(ends[1]);
}

static void sockets_at(int first, int second, int type)
{
	int ends[2];

	if (socketpair(AF_UNIX, type | SOCK_NONBLOCK, 0, ends))
		return;
	dup2(ends[0], first);
	dup2(ends[1], second);
	close(ends[0]);
	close(ends[1]);
}

static void open_descriptors(void)
{
	static const struct {
		int fd;
		int flags;
		const char *path;
	} files[] = {
		{ 0, O_RDWR, "file" },
		{ 1, O_RDWR, "big" },
		{ 2, O_RDONLY, "dir" },
		{ 3, O_RDONLY, "." },
		{ 4, O_RDWR, "fifo" },
		{ 5, O_RDWR, "/dev/null" },
		{ 6, O_RDWR, "/dev/zero" },
		{ 7, O_RDWR, "/dev/full" },
		{ 8, O_RDWR, "/dev/random" },
		{ 9, O_RDONLY, "/dev/console" },
		{ 10, O_RDONLY, "/proc/self/maps" },
		{ 11, O_RDONLY, "/proc/meminfo" },
		{ 12, O_RDONLY, "/proc" },
		{ 13, O_RDONLY, "/proc/self/status" },
		{ 14, O_RDONLY, "file" },
		{ 15, O_WRONLY | O_APPEND, "file" },
		{ 16, O_PATH, "file" },
		{ 17, O_RDWR | O_CREAT, "dir/y" },
		{ 18, O_RDONLY, SELF },
		{ 19, O_RDONLY, "dir/sub" },
		{ 20, O_RDONLY, "/proc/self/fd" },
		{ 21, O_RDWR, "/dev/tty" },
		{ PAGEMAP, O_RDONLY, "/proc/self/pagemap" },
	};

	syscall(SYS_close_range, 0, ~0u, 0);
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++)
		open_at(files[i].fd, files[i].path, files[i].flags);
	pipe_at(22, O_NONBLOCK);
	pipe_at(24, 0);
	pipe_at(26, O_NONBLOCK);
	write(27, "some bytes in a pipe", 20);
	dup2(syscall(SYS_memfd_create, "fuzz", 2), 28);
	ftruncate(28, 3 * PAGE);
	sockets_at(32, 33, SOCK_STREAM);
	dup2(mqueue_open(0), 34);
}

static void map(uint32_t page, uint32_t pages, uint32_t prot, uint32_t flags, int fd)
{
	mmap((void *)(uintptr_t)(ARENA + page * PAGE), pages * PAGE, (int)prot,
	     (int)(flags | MAP_FIXED), fd, 0);
}

static void map_arena(void)
{
	const uint32_t both = PROT_READ | PROT_WRITE, mine = MAP_PRIVATE | MAP_ANONYMOUS;

	map(0, 8, both, mine, -1);
	map(8, 4, PROT_READ, mine, -1);
	map(12, 2, PROT_NONE, mine, -1);
	// A hole of two pages.
	map(16, 8, both, MAP_SHARED | MAP_ANONYMOUS, -1);
	map(24, 4, both, MAP_SHARED, 0); // past the file's end, too
	map(28, 4, both, MAP_PRIVATE, 1);
	map(32, 8, both, mine, -1); // the signals' stack
	map(42, 2, both, mine | MAP_GROWSDOWN, -1);
	map(48, 8, both, mine | MAP_POPULATE, -1);
	map(56, 2, PROT_READ, MAP_SHARED, 14);
}

// The first half of the long range is empty, its second half is 4 MiB of a file, again and again. Calls
// on it may name as many descriptors as a process can have. Only who performs such a call makes it: it
// costs as much as all else that a worker has, and mlockall fills memory with it.
void world_lengthen(void)
{
	static bool done;
	const int both = PROT_READ | PROT_WRITE;
	struct rlimit limit = { 1u << 20, 1u << 20 };
	int fd;

	if (done)
		return;
	done = true;
	fd = (int)syscall(SYS_memfd_create, "long", 0);
	setrlimit(RLIMIT_NOFILE, &limit);
	mmap((void *)LONG_BASE, LONG_SIZE, both,
	     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
	ftruncate(fd, 4u << 20);
	for (uint32_t at = LONG_SIZE / 2; at < LONG_SIZE; at += 4u << 20)
		mmap((void *)(uintptr_t)(LONG_BASE + at), 4u << 20, both, MAP_SHARED | MAP_FIXED,
		     fd, 0);
	dup2(fd, 29);
	close(fd);
}

bool map_slots(void)
{
	const int both = PROT_READ | PROT_WRITE, flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;

	munmap((void *)SLOTS_BASE, 4u << 20); // perhaps a large page
	for (uint32_t slot = 0; slot < ARGS; slot++)
		if (mmap((void *)(uintptr_t)(SLOTS_BASE + slot * SLOT_SIZE), 2 * PAGE, both, flags,
		         -1, 0) == MAP_FAILED)
			return false;
	return true;
}

// Two pages, and two large ones, whose faults are messages, which other threads may read and answer.
static void register_pages(void)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register reg = { { UFFD_BASE, 2 * PAGE }, 1, 0 };
	int fd = (int)syscall(SYS_userfaultfd, O_NONBLOCK);

	reg.mode = UFFDIO_REGISTER_MODE_MISSING | UFFDIO_REGISTER_MODE_WP;
	map(ARENA_PAGES - 2, 2, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	ioctl(fd, UFFDIO_API, &api);
	ioctl(fd, UFFDIO_REGISTER, &reg);
	mmap((void *)UFFD_LARGE, 2 * LARGE, PROT_READ | PROT_WRITE,
	     MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB | MAP_NORESERVE | MAP_FIXED, -1, 0);
	reg.range.start = UFFD_LARGE;
	reg.range.len = 2 * LARGE;
	ioctl(fd, UFFDIO_REGISTER, &reg);
	dup2(fd, UFFD);
	close(fd);
}

// Pages of which PAGEMAP_SCAN learns that they were written: private ones, and shared ones.
static void protect_pages(void)
{
	struct uffdio_api api = { .api = UFFD_API, .features = UFFD_FEATURE_WP_ASYNC };
	struct uffdio_register reg = { { ARENA + 48 * PAGE, 8 * PAGE }, UFFDIO_REGISTER_MODE_WP, 0 };
	int fd = (int)syscall(SYS_userfaultfd, O_NONBLOCK);

	ioctl(fd, UFFDIO_API, &api);
	ioctl(fd, UFFDIO_REGISTER, &reg);
	reg.range.start = ARENA + 16 * PAGE;
	ioctl(fd, UFFDIO_REGISTER, &reg);
	dup2(fd, UFFD_ASYNC);
	close(fd);
}

// Give the calling process what its calls aim at.
void world_make(uint32_t worker)
{
	const int both = PROT_READ | PROT_WRITE, flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;

	setsid();
	chdir(BASE_DIRECTORY);
	open_descriptors();
	map_slots();
	mmap((void *)(uintptr_t)STACKS_BASE, STACKS * STACK_SIZE, both, flags, -1, 0);
	map_arena();
	if (worker == 0) {
		register_pages();
		protect_pages();
	}
	handlers_install();
}
