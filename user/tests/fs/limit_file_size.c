// RLIMIT_FSIZE: whatever would make a file longer stops at the limit, or is refused with EFBIG and
// SIGXFSZ.

#include "test.h"
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/uio.h>

#define LIMIT 100

static volatile sig_atomic_t signals;

static void count(int signo)
{
	(void)signo;
	signals++;
}

static void set_limit(rlim_t bytes)
{
	struct rlimit limit = { bytes, RLIM_INFINITY };

	setrlimit(RLIMIT_FSIZE, &limit);
}

static long allocate(int fd, int mode, long length)
{
	return syscall(SYS_fallocate, fd, mode, 0, 0, length, 0);
}

static long send(int fd, int from)
{
	long long zero = 0;

	return syscall(SYS_sendfile64, fd, from, &zero, 200);
}

static long copy_range(int from, int fd, long long at, size_t n)
{
	return syscall(SYS_copy_file_range, from, NULL, fd, &at, n, 0);
}

static long write_vector_at(int fd, const struct iovec *iov, long at)
{
	return syscall(SYS_pwritev, fd, iov, 2, at, 0);
}

// What a call gave, how often the signal came, and how long the file is.
static void report(const char *what, int fd, long result)
{
	int error = errno;
	struct stat st;

	fstat(fd, &st);
	say("%s: %ld %s, %d signals, %lld bytes\n", what, result,
	    result < 0 ? error_name(error) : "", (int)signals, (long long)st.st_size);
	signals = 0;
}

static void writes(int fd, const char *text)
{
	struct iovec iov[2] = { { (char *)text, 60 }, { (char *)text, 60 } };

	report("write below", fd, write(fd, text, 90));
	report("write across", fd, write(fd, text, 90));
	report("write at", fd, write(fd, text, 1));
	report("write nothing at", fd, write(fd, text, 0));
	lseek(fd, LIMIT + 50, SEEK_SET);
	report("write beyond", fd, write(fd, text, 1));
	report("pwrite below", fd, pwrite(fd, text, 10, 10));
	report("pwrite across", fd, pwrite(fd, text, 10, LIMIT - 1));
	report("pwrite at", fd, pwrite(fd, text, 10, LIMIT));
	lseek(fd, 0, SEEK_SET);
	report("writev across", fd, writev(fd, iov, 2));
	report("writev at", fd, writev(fd, iov, 2));
	report("pwritev across", fd, write_vector_at(fd, iov, 30));
	report("pwritev at", fd, write_vector_at(fd, iov, LIMIT));
	fcntl(fd, F_SETFL, O_APPEND);
	report("append at", fd, write(fd, text, 10));
	fcntl(fd, F_SETFL, 0);
}

static void lengths(int fd)
{
	report("ftruncate to less", fd, ftruncate(fd, 20));
	report("ftruncate beyond", fd, ftruncate(fd, LIMIT + 1));
	report("truncate beyond", fd, truncate("/tmp/limited", LIMIT + 1));
	report("truncate to the limit", fd, truncate("/tmp/limited", LIMIT));
	report("fallocate within", fd, allocate(fd, 0, LIMIT));
	report("fallocate beyond", fd, allocate(fd, 0, LIMIT + 1));
	report("fallocate beyond, size kept", fd, allocate(fd, FALLOC_FL_KEEP_SIZE, LIMIT + 1));
	report("hole beyond", fd,
	       allocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, LIMIT + 1));
}

static void copies(int fd, int from)
{
	ftruncate(fd, 0);
	lseek(fd, 0, SEEK_SET);
	report("sendfile across", fd, send(fd, from));
	report("sendfile at", fd, send(fd, from));
	ftruncate(fd, 0);
	lseek(from, 0, SEEK_SET);
	report("copy_file_range across", fd, copy_range(from, fd, 0, 200));
	report("copy_file_range at", fd, copy_range(from, fd, LIMIT, 200));
	report("copy_file_range of nothing at", fd, copy_range(from, fd, LIMIT, 0));
}

// A file that is too long already may be changed within the limit, and get shorter.
static void longer_already(int fd)
{
	set_limit(RLIM_INFINITY);
	report("longer without a limit", fd, ftruncate(fd, 300));
	set_limit(LIMIT);
	report("write into it", fd, pwrite(fd, "x", 1, LIMIT - 1));
	report("write beyond", fd, pwrite(fd, "x", 1, LIMIT));
	report("shorter", fd, ftruncate(fd, 250));
	report("the same length", fd, ftruncate(fd, 250));
	report("fallocate within", fd, allocate(fd, 0, 250));
	report("longer", fd, ftruncate(fd, 251));
}

static void without_limit(const char *text)
{
	char buffer[100];
	int fds[2];

	set_limit(0);
	pipe(fds);
	say("to a pipe: %d\n", (int)write(fds[1], text, 100));
	say("from it: %d\n", (int)read(fds[0], buffer, 100));
	say("to a device: %d, %d signals\n", (int)write(open("/dev/null", O_WRONLY), text, 100),
	    (int)signals);
}

int main(void)
{
	static char text[200];
	int fd, from, memory, status;

	memset(text, 'a', sizeof(text));
	signal(SIGXFSZ, count);
	from = open("/tmp/source", O_RDWR | O_CREAT | O_TRUNC, 0600);
	write(from, text, sizeof(text));
	fd = open("/tmp/limited", O_RDWR | O_CREAT | O_TRUNC, 0600);
	set_limit(LIMIT);
	writes(fd, text);
	lengths(fd);
	copies(fd, from);
	longer_already(fd);
	memory = memfd_create("x", 0);
	report("memfd", memory, ftruncate(memory, LIMIT + 1));
	report("memfd", memory, write(memory, text, 200));
	if (fork() == 0) {
		signal(SIGXFSZ, SIG_DFL);
		write(fd, text, 1);
		pwrite(fd, text, 1, LIMIT);
		_exit(1);
	}
	wait(&status);
	say("by default: signal %d\n", WTERMSIG(status));
	signal(SIGXFSZ, SIG_IGN);
	report("ignored", fd, pwrite(fd, text, 1, LIMIT));
	without_limit(text);
	unlink("/tmp/source");
	unlink("/tmp/limited");
	return 0;
}
