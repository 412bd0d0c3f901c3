// append: hugepages=5
// mem: 64
// Files of large pages.

#include "large_pages.h"

static int fd;

static long allocate(int mode, size_t offset, size_t length)
{
	return syscall(SYS_fallocate, fd, mode, offset, 0, length, 0);
}

static void show_size(const char *what)
{
	struct stat st;

	fstat(fd, &st);
	say("%s: size %ld/8 of a page, %ld of them there, block size is a page's: %d\n", what,
	    (long)(st.st_size / (off_t)(large / 8)), (long)st.st_blocks * 512 / (long)large,
	    (size_t)st.st_blksize == large);
}

static char peek(off_t offset)
{
	char byte = '?';

	pread(fd, &byte, 1, offset);
	return byte;
}

static void *map(size_t n, int prot, int flags)
{
	return mmap(NULL, n, prot, flags, fd, 0);
}

static void sizes(void)
{
	char *at;

	show_size("at first");
	show("write", write(fd, "x", 1));
	show("write nothing", write(fd, "x", 0));
	show("ftruncate to a part", ftruncate(fd, PAGE));
	show("ftruncate", ftruncate(fd, (off_t)large));
	show_size("now");
	pool("nothing is taken");
	check("reads as zeroes", peek(0) == 0);
	at = map(2 * large, PROT_READ, MAP_SHARED);
	show_size("mapped to read");
	pool("reserved");
	touched = at + large;
	show_child("past the end", read_byte);
	munmap(at, 2 * large);
	pool("the reservation stays");
	at = map(3 * large, RW, MAP_SHARED);
	show_size("mapped to write");
	pool("reserved");
	at[0] = 'a';
	at[large + 7] = 'b';
	pool("two touched");
	say("read: %c%c\n", peek(0), peek((off_t)large + 7));
	show_size("now");
	show("lseek to the end", lseek(fd, 0, SEEK_END) == (off_t)(3 * large));
	show("ftruncate to one", ftruncate(fd, (off_t)large));
	pool("cut off");
	touched = at + large;
	show_child("past the end", write_byte);
	check("what is left", at[0] == 'a');
	munmap(at, 3 * large);
	show("ftruncate to nothing", ftruncate(fd, 0));
	pool("all free");
}

static void private(void)
{
	char *shared = map(2 * large, RW, MAP_SHARED), *copy = map(2 * large, RW, MAP_PRIVATE);

	pool("two for the file, two for the copies");
	shared[0] = 's';
	check("seen", copy[0] == 's');
	pool("one taken");
	copy[0] = 'c';
	check("copied", shared[0] == 's' && copy[0] == 'c');
	pool("two taken");
	copy[large] = 'd';
	check("not in the file", shared[large] == 0);
	pool("four taken");
	show("DONTNEED", madvise(copy, large, MADV_DONTNEED));
	check("the file's again", copy[0] == 's');
	pool("three taken");
	copy[0] = 'e';
	show("a hole", allocate(FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, large));
	check("zero in the file", shared[0] == 0 && peek(0) == 0);
	check("and in the copy", copy[0] == 0);
	munmap(copy, 2 * large);
	munmap(shared, 2 * large);
	ftruncate(fd, 0);
	pool("all free");
}

static void allocation(void)
{
	char *at;

	show("fallocate a part", allocate(0, 0, PAGE));
	show_size("now");
	pool("one is there");
	touched = at = map(large, PROT_READ, MAP_SHARED);
	show_child("a part is past the end", read_byte);
	munmap(at, large);
	show("fallocate two", allocate(0, large, 2 * large));
	show_size("now");
	show("fallocate too many", allocate(FALLOC_FL_KEEP_SIZE, 0, 9 * large));
	show("ZERO_RANGE", allocate(FALLOC_FL_ZERO_RANGE, 0, large));
	at = map(2 * large, RW, MAP_SHARED);
	memset(at, 'f', 2 * large);
	show("a hole in the middle",
	     allocate(FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, large / 2, large));
	check("its edges", at[large / 2 - 1] == 'f' && at[large / 2] == 0 &&
	                           at[large + large / 2 - 1] == 0 && at[large + large / 2] == 'f');
	show("REMOVE", madvise(at, large, MADV_REMOVE));
	check("removed", at[0] == 0 && at[2 * large - 1] == 'f');
	munmap(at, 2 * large);
	ftruncate(fd, 0);
	pool("all free");
}

static void refused(void)
{
	int sealed = memfd_create("sealed", MFD_HUGETLB | MFD_ALLOW_SEALING), small;
	char *at;

	show_map("at an odd offset", mmap(NULL, large, RW, MAP_SHARED, fd, PAGE));
	at = mmap(NULL, PAGE, RW, MAP_SHARED, fd, 0);
	at[large - 1] = 1;
	show("a short length is a whole page", munmap(at, large));
	ftruncate(fd, 0);
	show_map("too many", map(6 * large, RW, MAP_SHARED));
	pool("none reserved");
	small = memfd_create("small", 0);
	show_map("MAP_HUGETLB of a file of small pages",
	         mmap(NULL, large, RW, MAP_SHARED | MAP_HUGETLB, small, 0));
	ftruncate(sealed, (off_t)(2 * large));
	show("seal", fcntl(sealed, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW));
	show("shrink", ftruncate(sealed, (off_t)large));
	show("grow", ftruncate(sealed, (off_t)(3 * large)));
	show("seal against writes", fcntl(sealed, F_ADD_SEALS, F_SEAL_WRITE));
	show_map("map to write", mmap(NULL, large, RW, MAP_SHARED, sealed, 0));
	show("a hole", syscall(SYS_fallocate, sealed, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0,
	                       0, large, 0));
	close(sealed);
}

int main(void)
{
	large_pages_begin();
	fd = memfd_create("large", MFD_HUGETLB);
	sizes();
	private();
	allocation();
	refused();
	close(fd);
	pool("closed");
	return 0;
}
