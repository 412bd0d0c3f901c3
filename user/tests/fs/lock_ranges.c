// Locks on bytes of a file (fcntl): which are in the way of others, splitting and merging, errors.

#include "test.h"
#include <limits.h>

static int fd;

static struct flock lock_of(short type, short whence, int start, int len)
{
	return (struct flock){ .l_type = type, .l_whence = whence, .l_start = start, .l_len = len };
}

static int set(short type, int start, int len)
{
	struct flock lock = lock_of(type, SEEK_SET, start, len);

	return fcntl(fd, F_SETLK, &lock);
}

// Print all locks that are in the way of another process that wants to write.
static void show_locks(void)
{
	int at = 0;

	say("  locked:");
	for (;;) {
		struct flock lock = lock_of(F_WRLCK, SEEK_SET, at, 0);

		if (fcntl(fd, F_GETLK, &lock) < 0) {
			say(" %s", error_name(errno));
			break;
		}
		if (lock.l_type == F_UNLCK)
			break;
		say(" %s[%d,%d)", lock.l_type == F_WRLCK ? "w" : "r", lock.l_start,
		    lock.l_start + lock.l_len);
		if (lock.l_pid != getppid() || lock.l_whence != SEEK_SET)
			say("(of another)");
		if (lock.l_len == 0)
			break;
		at = lock.l_start + lock.l_len;
	}
	say("\n");
}

static void step(const char *what, short type, int start, int len)
{
	show(what, set(type, start, len));
	run_child(show_locks);
}

static void try_as_other(void)
{
	struct flock lock = lock_of(F_RDLCK, SEEK_SET, 10, 5);

	show("read where it is locked for reading", set(F_RDLCK, 20, 10));
	show("write there", set(F_WRLCK, 29, 1));
	show("read where it is locked for writing", set(F_RDLCK, 0, 1));
	show("write beside", set(F_WRLCK, 40, 100));
	show("what is in the way of reading", fcntl(fd, F_GETLK, &lock));
	say("type %d from %d, %d bytes\n", lock.l_type, lock.l_start, lock.l_len);
	lock = lock_of(F_RDLCK, SEEK_SET, 30, 5);
	show("nothing is in the way", fcntl(fd, F_GETLK, &lock));
	say("type %d from %d, %d bytes\n", lock.l_type, lock.l_start, lock.l_len);
}

static void show_errors(void)
{
	static const struct {
		const char *what;
		int command;
		short type, whence;
		int start, len;
	} calls[] = {
		{ "no such type", F_SETLK, 3, SEEK_SET, 0, 1 },
		{ "no such whence", F_SETLK, F_RDLCK, 3, 0, 1 },
		{ "before the file", F_SETLK, F_RDLCK, SEEK_SET, -1, 1 },
		{ "length before the file", F_SETLK, F_RDLCK, SEEK_SET, 4, -5 },
		{ "length to the start", F_SETLK, F_RDLCK, SEEK_SET, 4, -4 },
		{ "far away", F_SETLK, F_RDLCK, SEEK_END, INT_MAX, INT_MAX },
		{ "ask for nothing", F_GETLK, F_UNLCK, SEEK_SET, 0, 1 },
		{ "end what is not locked", F_SETLK, F_UNLCK, SEEK_SET, 1000, 1 },
	};
	struct flock lock;
	int other;

	for (size_t i = 0; i < COUNT(calls); i++) {
		lock = lock_of(calls[i].type, calls[i].whence, calls[i].start, calls[i].len);
		show(calls[i].what, fcntl(fd, calls[i].command, &lock));
	}
	lock = lock_of(F_WRLCK, SEEK_SET, 0, 0);
	show("bad address", fcntl(fd, F_SETLK, (void *)16));
	show("no descriptor", fcntl(99, F_SETLK, &lock));
	other = open("/tmp/locks", O_RDONLY);
	show("write with a descriptor for reading", fcntl(other, F_SETLK, &lock));
	lock.l_type = F_UNLCK;
	show("unlock with it", fcntl(other, F_SETLK, &lock));
	close(other);
	other = open("/tmp/locks", O_PATH);
	show("O_PATH", fcntl(other, F_SETLK, &lock));
	close(other);
	show("64-bit command by the old call", syscall(SYS_fcntl, fd, F_SETLK64, &lock));
}

static void show_wide(void)
{
	struct flock64 wide = { .l_type = F_WRLCK, .l_start = 0x100000000, .l_len = 10 };
	struct flock lock = lock_of(F_WRLCK, SEEK_SET, 0, 0);

	show("beyond 4 GiB", fcntl(fd, F_GETLK64, &wide));
	say("type %d from %#llx, %lld bytes\n", wide.l_type, (long long)wide.l_start,
	    (long long)wide.l_len);
	show("a start that does not fit", fcntl(fd, F_GETLK, &lock));
	wide = (struct flock64){ .l_type = F_WRLCK, .l_start = 0x7fffffffffffffff, .l_len = 2 };
	show("beyond the greatest offset", fcntl(fd, F_GETLK64, &wide));
	wide.l_len = 1;
	show("the last byte", fcntl(fd, F_GETLK64, &wide));
}

int main(void)
{
	struct flock64 wide = { .l_type = F_WRLCK, .l_start = 0x100000000, .l_len = 4096 };

	make_file("/tmp/locks", "0123456789");
	fd = open("/tmp/locks", O_RDWR);
	step("write 0 to 100", F_WRLCK, 0, 100);
	step("end 40 to 60", F_UNLCK, 40, 20);
	step("read 20 to 30", F_RDLCK, 20, 10);
	step("write 40 to 60", F_WRLCK, 40, 20);
	step("read 10 to 50", F_RDLCK, 10, 40);
	step("write all", F_WRLCK, 0, 0);
	step("end from 5", F_UNLCK, 5, 0);
	step("write 10 to 20", F_WRLCK, 10, 10);
	step("write 5 to 10", F_WRLCK, 5, 5);
	step("read 20 to 30", F_RDLCK, 20, 10);
	show_child("another process", try_as_other);
	show("from the position on", lseek(fd, 35, SEEK_SET));
	struct flock lock = lock_of(F_WRLCK, SEEK_CUR, 1, 2);
	show("1 beyond it", fcntl(fd, F_SETLK, &lock));
	lock = lock_of(F_WRLCK, SEEK_END, -2, 1);
	show("2 before the end", fcntl(fd, F_SETLK, &lock));
	run_child(show_locks);
	show("unlock all", set(F_UNLCK, 0, 0));
	run_child(show_locks);
	show_errors();
	run_child(show_locks);
	show("64 bits", fcntl(fd, F_SETLK64, &wide));
	show_child("another process", show_wide);
	return 0;
}
