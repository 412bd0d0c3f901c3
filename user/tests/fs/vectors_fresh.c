// Calls whose every small step is long: a vector of 1,024 bytes on 1,024 pages that nobody has touched;
// paths of 1,900 names, of which /proc makes a text at each look-up and in each line of maps.
// stretch

#include "test.h"

#include <sys/mman.h>
#include <sys/uio.h>

#define PAGE 4096
#define RANGES 1024
#define DEPTH 1900
#define MAPPINGS 60

static struct iovec vector[RANGES];

// Let each range be a byte of a fresh page.
static void fresh_pages(void)
{
	static char *pages;

	if (pages)
		munmap(pages, RANGES * PAGE);
	pages = mmap(NULL, RANGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
	             0);
	for (int i = 0; i < RANGES; i++)
		vector[i] = (struct iovec){ pages + i * PAGE, 1 };
}

static void write_to(const char *what, int fd)
{
	fresh_pages();
	say("%s: ", what);
	show("writev", writev(fd, vector, RANGES));
}

static void read_from(const char *what, int fd)
{
	fresh_pages();
	say("%s: ", what);
	show("readv", readv(fd, vector, RANGES));
	close(fd);
}

static void vectors(void)
{
	int ends[2], file = open("/tmp/file", O_RDWR | O_CREAT | O_TRUNC, 0600);

	pipe(ends);
	write_to("a pipe", ends[1]);
	read_from("a pipe", ends[0]);
	close(ends[1]);
	write_to("a file", file);
	lseek(file, 0, SEEK_SET);
	read_from("a file", file);
	unlink("/tmp/file");
	read_from("zeroes", open("/dev/zero", O_RDONLY));
}

// Print how many lines of maps show the file in the deepest directory.
static void show_maps(void)
{
	static char text[MAPPINGS * (DEPTH * 5 + 100) + 65536];
	int count = 0;

	read_text("/proc/self/maps", text, sizeof(text));
	for (char *at = text; (at = strstr(at, "/\\012/name")); at++)
		count++;
	show("lines with the path", count);
}

static void deep_paths(void)
{
	char path[256], link[32];
	int depth = 0, fd, directory;

	chdir("/tmp");
	while (depth < DEPTH && mkdir("\n", 0700) == 0 && chdir("\n") == 0)
		depth++;
	show("deep", depth);
	fd = open("name", O_RDWR | O_CREAT, 0600);
	ftruncate(fd, PAGE);
	for (int i = 0; i < MAPPINGS; i++)
		mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0);
	show_maps();
	close(fd);

	directory = open(".", O_RDONLY | O_DIRECTORY);
	snprintf(link, sizeof(link), "/proc/self/fd/%d", directory);
	symlink(link, "x");
	snprintf(path, sizeof(path), "%s/x/x/x/x/x/x/x/x/x/x/x/x", link);
	fd = open(path, O_RDONLY | O_DIRECTORY);
	check("there by links", fd >= 0);
	close(fd);
	close(directory);
	unlink("name");
	unlink("x");
	while (depth && chdir("..") == 0 && rmdir("\n") == 0)
		depth--;
	show("left", depth);
}

int main(void)
{
	vectors();
	deep_paths();
	return 0;
}
