// mem: 300
// limit: 60
// kernel: normal
// Calls that take long let others run: a process that sleeps again and again for 5 ms is never late by
// more than a time slice, whatever its neighbour asks of the kernel.

#include "test.h"

#include <sys/mman.h>
#include <sys/random.h>
#include <sys/uio.h>

#define MIB (1u << 20)
#define LENGTH (96 * MIB)
#define SLEEP_US 5000
#define LATE_US 11000 // a slice of 10 ms, and a stretch of 1 ms

static volatile uint32_t *latest; // shared: by how much the sleeper was late at most, in us

static uint64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static void sleep_again_and_again(void)
{
	for (uint64_t before = now_us(), now;; before = now) {
		usleep(SLEEP_US);
		now = now_us();
		if (now - before > SLEEP_US && now - before - SLEEP_US > *latest)
			*latest = (uint32_t)(now - before - SLEEP_US);
	}
}

// Print whether the sleeper was in time during a call that has just returned `result`.
static void judge(const char *what, long result)
{
	usleep(3 * SLEEP_US);
	if (result < 0 && result > -4096)
		say("%s: %s\n", what, error_name(errno));
	else if (*latest > LATE_US)
		say("%s: another process was late by %u us\n", what, *latest);
	else
		say("%s: others ran\n", what);
	*latest = 0;
}

static int allocate(int fd, int mode, size_t length)
{
	return (int)syscall(SYS_fallocate, fd, mode, 0, 0, length, 0);
}

static void *map(size_t length, int flags, int fd)
{
	return mmap(NULL, length, PROT_READ | PROT_WRITE, flags | MAP_NORESERVE, fd, 0);
}

// A long range of addresses, behind which there is little memory: 4 MiB of a file, again and again.
static char *map_again_and_again(size_t length)
{
	int fd = memfd_create("little", 0);
	char *base = map(length, MAP_PRIVATE | MAP_ANONYMOUS, -1);

	ftruncate(fd, 4 * MIB);
	for (size_t at = 0; at < length; at += 4 * MIB)
		mmap(base + at, 4 * MIB, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0);
	close(fd);
	return base;
}

static void files(void)
{
	int fd = memfd_create("a", 0), other = memfd_create("b", 0);
	char *memory = map(LENGTH, MAP_PRIVATE | MAP_ANONYMOUS, -1);

	judge("write", write(fd, memory, LENGTH));
	judge("pread", pread(fd, memory, LENGTH / 4, 0));
	judge("munmap", munmap(memory, LENGTH));
	judge("sendfile",
	      lseek(fd, 0, SEEK_SET) + syscall(SYS_sendfile, other, fd, NULL, LENGTH / 2));
	judge("punch a hole", allocate(fd, 3, LENGTH / 2));
	memory = map(LENGTH, MAP_SHARED, fd);
	judge("populate", madvise(memory, LENGTH, MADV_POPULATE_WRITE));
	judge("ftruncate, mapped", ftruncate(fd, 4096));
	judge("fallocate", allocate(fd, 0, LENGTH));
	judge("close", close(fd) + close(other));
	judge("munmap, the last of it", munmap(memory, LENGTH));
}

static void memory(void)
{
	char *base = map(LENGTH, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	static unsigned char states[LENGTH / 4096];
	pid_t pid;

	judge("mlock", mlock(base, LENGTH));
	pid = fork();
	if (pid == 0)
		_exit(0);
	waitpid(pid, NULL, 0);
	judge("fork", pid);
	judge("mprotect", mprotect(base, LENGTH, PROT_READ) + mprotect(base, LENGTH, PROT_NONE));
	judge("mincore", mincore(base, LENGTH, states));
	base = mremap(base, LENGTH, LENGTH, MREMAP_MAYMOVE | MREMAP_FIXED, (void *)0x90001000);
	judge("mremap", (long)base);
	judge("munlock", munlock(base, LENGTH));
	judge("MADV_DONTNEED", madvise(base, LENGTH, MADV_DONTNEED));
	munmap(base, LENGTH);
}

// Every second page is an area of its own.
static void areas(void)
{
	size_t length = 60000 * 4096u;
	char *base = map(length, MAP_PRIVATE | MAP_ANONYMOUS, -1), text[4096];
	long result = 0, n;
	pid_t pid;
	int fd;

	for (size_t at = 0; at < length; at += 8192)
		mprotect(base + at, 4096, PROT_READ);
	*latest = 0;
	judge("madvise of many areas", madvise(base, length, MADV_SEQUENTIAL));
	judge("msync of many areas", msync(base, length, MS_ASYNC));
	pid = fork();
	if (pid == 0)
		_exit(0);
	waitpid(pid, NULL, 0);
	judge("fork with many areas", pid);
	fd = open("/proc/self/maps", O_RDONLY);
	while ((n = read(fd, text, sizeof(text))) > 0)
		result += n;
	close(fd);
	judge("/proc/self/maps of many areas", result);
	judge("munmap of many areas", munmap(base, length));
}

static void long_ranges(void)
{
	char *base = map_again_and_again(512 * MIB);
	struct iovec local = { base, 256 * MIB }, remote = { base + 256 * MIB, 256 * MIB };
	int null = open("/dev/null", O_WRONLY), zero = open("/dev/zero", O_RDONLY);

	judge("getrandom", getrandom(base, 32 * MIB, 0));
	judge("read of zeroes", read(zero, base, 512 * MIB));
	judge("process_vm_readv", syscall(SYS_process_vm_readv, getpid(), &local, 1, &remote, 1, 0));
	judge("write to standard error", write(2, base, MIB));
	close(null);
	close(zero);
}

// A chain of symbolic links, each with a long text.
static void names(void)
{
	char text[4000], name[16], target[16];
	struct stat st;
	int fd = open("/tmp/l0", O_CREAT | O_WRONLY, 0666);

	close(fd);
	for (int i = 1; i <= 39; i++) {
		size_t length = 0;

		sprintf(name, "l%d", i - 1);
		while (length < sizeof(text) - 100) {
			memcpy(text + length, "./", 2);
			length += 2;
		}
		strcpy(text + length, name);
		sprintf(target, "/tmp/l%d", i);
		symlink(text, target);
	}
	*latest = 0;
	for (int i = 0; i < 10; i++)
		if (stat("/tmp/l39", &st))
			say("stat: %s\n", error_name(errno));
	judge("a chain of links", 0);
}

int main(void)
{
	pid_t pid;

	latest = map(4096, MAP_SHARED | MAP_ANONYMOUS, -1);
	*latest = 0;
	pid = fork_or_end();
	if (pid == 0)
		sleep_again_and_again();
	files();
	memory();
	areas();
	long_ranges();
	names();
	kill(pid, SIGKILL);
	return 0;
}
