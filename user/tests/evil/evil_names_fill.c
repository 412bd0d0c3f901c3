// mem: 18
// limit: 60
// What outlives its creator leaves some memory to others, whatever it is: names of all kinds, the texts
// of links, pipes, sparse files' trees. A program then still starts, has some pages, and can remove all.

#include "oom.h"
#include <sys/mman.h>

#define RESERVE (480u * 1024) // bytes: 128 pages, of which a few programs' own may be in use
#define TEXT 240

static char text[TEXT + 1];
static int made; // how many there are

static void name_of(char *name, int i)
{
	sprintf(name, "/tmp/%08d", i);
}

static int make_file_named(const char *name)
{
	return mknod(name, S_IFREG | 0600, 0);
}

static int make_directory(const char *name)
{
	return mkdir(name, 0700);
}

static int make_link(const char *name)
{
	return symlink(text, name);
}

static int make_short_link(const char *name)
{
	return symlink("x", name);
}

static int make_hard_link(const char *name)
{
	if (made == 0)
		return make_file_named(name);
	return link("/tmp/00000000", name);
}

// A file with a byte far away, in a tree of pages of its own.
static int make_sparse(const char *name)
{
	int fd = open(name, O_CREAT | O_WRONLY, 0600);
	bool done = fd >= 0 && lseek(fd, 1ll << 35, SEEK_SET) >= 0 && write(fd, "x", 1) == 1;

	int error = errno;

	close(fd);
	errno = error;
	return done ? 0 : -1;
}

static int make_fifo(const char *name)
{
	return mkfifo(name, 0600);
}

static void live_on(const char *what)
{
	pid_t pid = fork();

	if (pid == 0) {
		touch_pages(map_pages(32, MAP_PRIVATE), 32);
		execve("/bin/true", (char *[]){ "true", NULL }, NULL);
		_exit(1);
	}
	say("%s: a program: ", what);
	say_end("ends", pid);
}

static void fill(const char *what, int (*make)(const char *name))
{
	unsigned long before = free_memory();
	char name[32], other[32];
	int error;

	for (made = 0; name_of(name, made), make(name) == 0; made++)
		continue;
	error = errno;
	say("%s: %s, after %s\n", what,
	    error == ENOMEM || error == ENOSPC ? "no room" : error_name(error),
	    made > 1000 ? "many" : "few");
	check("the reserve is left", free_memory() >= RESERVE);
	live_on(what);
	name_of(name, made / 2);
	name_of(other, made / 2 + 1);
	unlink(name);
	rmdir(name);
	say("rename in a full tree: %d\n", rename(other, name));
	for (; made >= 0; made--) {
		name_of(name, made);
		if (unlink(name) && errno == EISDIR)
			rmdir(name);
	}
	// The table of /tmp stays as large as it was.
	check("memory is back", free_memory() + (2 << 20) >= before);
}

static void fill_pipes(void)
{
	static int ends[1024][2];
	int count = 0;

	while (count < 400 && pipe2(ends[count], O_NONBLOCK) == 0) {
		while (write(ends[count][1], text, TEXT) > 0)
			continue;
		count++;
	}
	say("pipes: %s\n",
	    count == 400 || errno == ENOMEM || errno == EAGAIN ? "filled" : error_name(errno));
	check("the reserve is left", free_memory() >= RESERVE);
	live_on("pipes");
}

int main(void)
{
	memset(text, 't', TEXT);
	fill("files", make_file_named);
	fill("directories", make_directory);
	fill("short links", make_short_link);
	fill("links", make_link);
	fill("hard links", make_hard_link);
	fill("FIFOs", make_fifo);
	fill("sparse files", make_sparse);
	run_child(fill_pipes);
	return 0;
}
