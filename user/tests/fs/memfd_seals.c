// Seals: what nobody may do to a file any more, by whichever call.

#include "test.h"
#include <sys/mman.h>

#define PAGE 4096

static long allocate(int fd, int mode, long offset, long length)
{
	return syscall(SYS_fallocate, fd, mode, offset, 0, length, 0);
}

static int fresh(unsigned int seals)
{
	int fd = memfd_create("sealed", MFD_ALLOW_SEALING);

	ftruncate(fd, 2 * PAGE);
	pwrite(fd, "abcdefgh", 8, 0);
	if (seals && fcntl(fd, F_ADD_SEALS, seals))
		say("sealing: %s\n", error_name(errno));
	return fd;
}

static void map(const char *what, int fd, int prot, int flags)
{
	char *at = mmap(NULL, PAGE, prot, flags, fd, 0);

	if (at == MAP_FAILED) {
		say("%s: %s\n", what, error_name(errno));
		return;
	}
	say("%s: mapped, %d; made writable: ", what, *at);
	say("%s\n", mprotect(at, PAGE, PROT_READ | PROT_WRITE) ? error_name(errno) : "yes");
	show("  and removed", madvise(at, PAGE, MADV_REMOVE));
	munmap(at, PAGE);
}

// Everything that changes a file.
static void try_all(const char *what, unsigned int seals)
{
	int fd = fresh(seals);

	say("-- %s: seals %#x\n", what, (unsigned int)fcntl(fd, F_GET_SEALS));
	show("write inside", pwrite(fd, "XY", 2, 1));
	show("write across the end", pwrite(fd, "XY", 2, 2 * PAGE - 1));
	show("write beyond it", pwrite(fd, "XY", 2, 3 * PAGE));
	show("no bytes beyond it", pwrite(fd, "XY", 0, 5 * PAGE));
	show("ftruncate to less", ftruncate(fd, PAGE));
	show("ftruncate to as much", ftruncate(fd, lseek(fd, 0, SEEK_END)));
	show("ftruncate to more", ftruncate(fd, 6 * PAGE));
	show("fallocate inside", allocate(fd, 0, 0, 100));
	show("fallocate more", allocate(fd, 0, 0, 7 * PAGE));
	show("the same and keep the size", allocate(fd, FALLOC_FL_KEEP_SIZE, 0, 9 * PAGE));
	show("a hole", allocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, PAGE, PAGE));
	show("size", lseek(fd, 0, SEEK_END));
	map("map shared to write", fd, PROT_READ | PROT_WRITE, MAP_SHARED);
	map("map shared to read", fd, PROT_READ, MAP_SHARED);
	map("map private to write", fd, PROT_READ | PROT_WRITE, MAP_PRIVATE);
	show("another seal", fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK));
	close(fd);
}

// A file is mapped while it is sealed.
static void sealed_while_mapped(void)
{
	int fd = fresh(0), reader;
	char path[32], *at = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0), *copy;

	say("-- mapped\n");
	show("F_SEAL_WRITE", fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE));
	show("and others with it", fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK));
	show("which is none of them", fcntl(fd, F_GET_SEALS));
	mprotect(at, PAGE, PROT_READ);
	show("mapped to read for now", fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE));
	mprotect(at, PAGE, PROT_READ | PROT_WRITE);
	show("F_SEAL_FUTURE_WRITE", fcntl(fd, F_ADD_SEALS, F_SEAL_FUTURE_WRITE));
	at[0] = 'Z';
	show("write after it", pwrite(fd, "Q", 1, 1));
	check("what was mapped can be written", at[0] == 'Z' && at[1] == 'b');
	copy = mremap(at, 0, PAGE, MREMAP_MAYMOVE);
	copy[1] = 'Y';
	check("also when mapped again from there", at[1] == 'Y');
	munmap(at, PAGE);
	munmap(copy, PAGE);
	show("F_SEAL_WRITE when unmapped", fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE));
	close(fd);

	fd = fresh(0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	reader = open(path, O_RDONLY);
	at = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, reader, 0);
	copy = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	show("sealing what is open to read", fcntl(reader, F_ADD_SEALS, F_SEAL_WRITE));
	show("mapped to read, and privately", fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE));
	copy[0] = 'C';
	check("a private copy can be written", at[0] == 'a' && copy[0] == 'C');
	show("opened and cut", open(path, O_RDWR | O_TRUNC) < 0 ? errno : 0);
	close(fd);
}

static void who_executes(void)
{
	int fd = fresh(0);

	say("-- execution\n");
	show("F_SEAL_EXEC", fcntl(fd, F_ADD_SEALS, F_SEAL_EXEC));
	show("makes seals", fcntl(fd, F_GET_SEALS));
	show("fchmod 0666", fchmod(fd, 0666));
	show("fchmod 0711", fchmod(fd, 0711));
	show("fchmod 0555", fchmod(fd, 0555));
	fd = memfd_create("data", MFD_NOEXEC_SEAL);
	show("never executed", fcntl(fd, F_GET_SEALS));
	show("fchmod 0600", fchmod(fd, 0600));
	show("fchmod 0700", fchmod(fd, 0700));
	show("write", write(fd, "x", 1));
	show("F_SEAL_SEAL", fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL));
	show("the last word", fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE));
	show("and no other", fcntl(fd, F_GET_SEALS));
}

int main(void)
{
	int fd = fresh(0);

	show("no seal", fcntl(fd, F_ADD_SEALS, 0));
	show("an unknown one", fcntl(fd, F_ADD_SEALS, 0x40));
	show("with a known one", fcntl(fd, F_ADD_SEALS, 0x80000000u | F_SEAL_GROW));
	show("there are none", fcntl(fd, F_GET_SEALS));
	try_all("none", 0);
	try_all("F_SEAL_SEAL", F_SEAL_SEAL);
	try_all("F_SEAL_SHRINK", F_SEAL_SHRINK);
	try_all("F_SEAL_GROW", F_SEAL_GROW);
	try_all("F_SEAL_WRITE", F_SEAL_WRITE);
	try_all("F_SEAL_FUTURE_WRITE", F_SEAL_FUTURE_WRITE);
	try_all("all that keep contents", F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE);
	sealed_while_mapped();
	who_executes();
	return 0;
}
