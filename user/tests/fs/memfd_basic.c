// memfd_create: a file in memory with no name in the tree, read and written like any other.

#include "test.h"
#include <sys/mman.h>

#define PAGE 4096

// Print what comes after the numbers in the line of /proc/self/maps for the mapping at `at`.
static void show_name(const char *what, const void *at)
{
	char text[4096], wanted[16], *line, *name;

	read_text("/proc/self/maps", text, sizeof(text));
	snprintf(wanted, sizeof(wanted), "%08lx-", (unsigned long)(uintptr_t)at);
	line = strstr(text, wanted);
	name = line ? strpbrk(line, "/[\n") : NULL;
	if (!name) {
		say("%s: no line\n", what);
		return;
	}
	*strchr(name, '\n') = '\0';
	say("%s: \"%s\"\n", what, name);
}

static void show_stat(const char *what, int fd)
{
	struct stat st;

	fstat(fd, &st);
	say("%s: mode %o, %lld bytes, %d links\n", what, (unsigned int)st.st_mode,
	    (long long)st.st_size, (int)st.st_nlink);
}

static void show_link(int fd)
{
	char path[32], target[64];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	n = readlink(path, target, sizeof(target) - 1);
	target[n < 0 ? 0 : n] = '\0';
	say("it is shown as \"%s\"\n", target);
}

int main(void)
{
	char buffer[16] = "", path[32];
	int fd = memfd_create("one", 0), other, again;
	char *shared, *private;

	show("memfd_create", fd);
	show("its flags", fcntl(fd, F_GETFL));
	show("closed at exec", fcntl(fd, F_GETFD));
	show_stat("at first", fd);
	show_link(fd);
	show("write", write(fd, "hello", 5));
	show("pread", pread(fd, buffer, sizeof(buffer), 1));
	say("\"%s\"\n", buffer);
	show("lseek to the end", lseek(fd, 0, SEEK_END));
	show("ftruncate", ftruncate(fd, 2 * PAGE));
	show_stat("after it", fd);

	shared = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	private = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, PAGE);
	show_name("shared", shared);
	show_name("private", private);
	shared[PAGE] = 'x';
	check("private sees it", *(volatile char *)private == 'x');
	private[0] = 'y';
	check("shared does not see that", *(volatile char *)(shared + PAGE) == 'x');
	show("pwrite", pwrite(fd, "zz", 2, PAGE));
	check("shared sees that", shared[PAGE + 1] == 'z');
	check("private is a copy", private[0] == 'y' && private[1] == 0);

	other = memfd_create("one", MFD_CLOEXEC);
	check("the same name, another file", other != fd && read(other, buffer, 1) == 0);
	show("closed at exec", fcntl(other, F_GETFD));
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	again = open(path, O_RDONLY);
	show("opened again, read", read(again, buffer, 5));
	show("and written", write(again, "no", 2));
	close(again);

	close(fd);
	check("mapped still", shared[0] == 'h');
	show_name("closed", shared);
	show_name("memory that is shared",
	          mmap(NULL, PAGE, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
	fd = memfd_create("", 0);
	show_link(fd);
	fd = memfd_create("a/b c\n", 0);
	show_name("a strange name", mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0));
	return 0;
}
