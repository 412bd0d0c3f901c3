// memfd_create: flags that are not flags, names that are too long, places that are no names.

#include "test.h"
#include <sys/mman.h>

static void with_flags(const char *what, unsigned int flags)
{
	int fd = memfd_create("x", flags);

	say("%s: %s\n", what, fd < 0 ? error_name(errno) : "made");
	close(fd);
}

static void with_length(size_t length)
{
	char name[300];
	int fd;

	memset(name, 'n', length);
	name[length] = '\0';
	fd = memfd_create(name, 0);
	say("%zu bytes: %s\n", length, fd < 0 ? error_name(errno) : "made");
	close(fd);
}

static void seals_of(const char *what, unsigned int flags)
{
	int fd = memfd_create("x", flags);
	struct stat st;

	fstat(fd, &st);
	say("%s: seals %#x, mode %o\n", what, (unsigned int)fcntl(fd, F_GET_SEALS),
	    (unsigned int)st.st_mode);
	close(fd);
}

int main(void)
{
	int ends[2], fd;

	with_flags("no flags", 0);
	with_flags("a flag that is none", 0x20);
	with_flags("the highest bit", 0x80000000u);
	with_flags("a size without MFD_HUGETLB", 21u << 26);
	with_flags("MFD_EXEC", MFD_EXEC);
	with_flags("MFD_NOEXEC_SEAL", MFD_NOEXEC_SEAL);
	with_flags("both", MFD_EXEC | MFD_NOEXEC_SEAL);
	with_flags("MFD_HUGETLB and a flag that is none", MFD_HUGETLB | 0x20);
	with_flags("a page of 64 KiB", MFD_HUGETLB | 16u << 26);
	with_flags("a page of 2^63 bytes", MFD_HUGETLB | 63u << 26);

	with_length(0);
	with_length(248);
	with_length(249);
	with_length(250);
	with_length(299);
	show("a name at NULL", memfd_create(NULL, 0));
	show("a name nowhere", memfd_create((const char *)-1, 0));
	show("a wrong flag before a wrong name", memfd_create(NULL, 0x20));

	seals_of("without MFD_ALLOW_SEALING", 0);
	seals_of("with it", MFD_ALLOW_SEALING);
	seals_of("never executed", MFD_NOEXEC_SEAL);
	seals_of("never executed, sealed", MFD_NOEXEC_SEAL | MFD_ALLOW_SEALING);

	pipe(ends);
	show("seals of a pipe", fcntl(ends[0], F_GET_SEALS));
	show("sealing its reading end", fcntl(ends[0], F_ADD_SEALS, F_SEAL_SEAL));
	show("sealing its other end", fcntl(ends[1], F_ADD_SEALS, F_SEAL_SEAL));
	show("seals of what is not open", fcntl(77, F_GET_SEALS));
	fd = open("/tmp/file", O_RDWR | O_CREAT, 0644);
	show("seals of a file in the tree", fcntl(fd, F_GET_SEALS));
	show("sealing it", fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE));
	fd = open("/tmp/file", O_RDONLY);
	show("sealing it when opened to read", fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE));
	fd = open("/proc/self/stat", O_RDONLY);
	show("seals of a file of /proc", fcntl(fd, F_GET_SEALS));
	return 0;
}
