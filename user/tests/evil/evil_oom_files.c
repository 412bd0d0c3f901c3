// mem: 32
// limit: 10
// Files fill memory: who writes gets an error, and what programs need to live on is left; who touches
// a mapping for which there is no page is killed.

#include "oom.h"

static char chunk[64 * 1024];

static int open_nameless(void)
{
	int fd = open("/tmp/large", O_RDWR | O_CREAT, 0600);

	unlink("/tmp/large");
	return fd;
}

// Programs still start, and have some memory.
static void live_on(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		touch_pages(map_pages(32, MAP_PRIVATE), 32);
		execve("/bin/true", (char *[]){ "true", NULL }, NULL);
		_exit(1);
	}
	say_end("a program", pid);
}

static void fill_by_writing(void)
{
	int fd = open_nameless();
	size_t size = 0;
	ssize_t n;

	while ((n = write(fd, chunk, sizeof(chunk))) > 0)
		size += (size_t)n;
	say("write: %s after %s\n", error_name(errno), size > 16 << 20 ? "many MiB" : "too little");
	live_on();
	say("write: %zd %s\n", write(fd, chunk, 1), error_name(errno));
	close(fd);
}

// What is there already needs no memory; what there is no memory for leaves the file as it was.
static void fill_by_allocating(void)
{
	int fd = open_nameless();
	unsigned int size = 0;
	struct stat st;

	while (syscall(SYS_fallocate, fd, 0, 0, 0, size + (1 << 20), 0) == 0)
		size += 1 << 20;
	say("fallocate: %s after %s\n", error_name(errno),
	    size > 16 << 20 ? "many MiB" : "too little");
	fstat(fd, &st);
	say("nothing more is there: %d\n",
	    st.st_size == size && (unsigned int)st.st_blocks * 512 == size);
	live_on();
	close(fd);
}

static void fill_by_touching(void)
{
	int fd = open_nameless();
	pid_t pid = fork();

	if (pid == 0) {
		ftruncate(fd, 64 << 20);
		touch_pages(mmap(NULL, 64 << 20, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0),
		            64 * MIB);
		_exit(0);
	}
	say_end("mapping", pid);
	live_on();
	close(fd);
}

static int own_score(void)
{
	char text[16] = { 0 };
	int fd = open("/proc/self/oom_score", O_RDONLY);

	read(fd, text, sizeof(text) - 1);
	close(fd);
	return atoi(text);
}

// Open files of /proc keep texts. They are parts of bounded length, and count for the process.
static void hold_texts(void)
{
	const size_t areas = 3000;
	char *base = map_pages(areas, MAP_PRIVATE), byte;
	unsigned long before;
	int fds[100], score;

	for (size_t i = 0; i < areas; i += 2)
		mprotect(base + i * PAGE, PAGE, PROT_READ);
	before = free_memory();
	score = own_score();
	for (size_t i = 0; i < COUNT(fds); i++) {
		fds[i] = open("/proc/self/maps", O_RDONLY);
		read(fds[i], &byte, 1);
	}
	score = own_score() - score;
	say("texts: the score is higher: %s\n", score > 100 ? "yes" : "NO");
	say("texts of %zu areas: each has less than 100 KiB: %s\n", areas,
	    before - free_memory() < COUNT(fds) * 100 * 1024 ? "yes" : "NO");
	for (size_t i = 0; i < COUNT(fds); i++)
		close(fds[i]);
	say("free again: %s\n", before - free_memory() + 65536 < 2 * 65536 ? "yes" : "NO");
	munmap(base, areas * PAGE);
}

int main(void)
{
	unsigned long before;

	fill_by_writing();
	before = free_memory();
	fill_by_allocating();
	fill_by_touching();
	fill_by_writing();
	say("free memory changed by %ld\n", (long)(free_memory() - before));
	hold_texts();
	return 0;
}
