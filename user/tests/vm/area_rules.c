// What Linux's calls do with named areas: munmap, mprotect, mremap, fork, vfork, exec, exit.
#include "area.h"

// The lines of /proc/self/maps that have that name, with offsets but without addresses.
static void maps(const char *what, const char *name)
{
	static char text[8192];
	int fd = open("/proc/self/maps", O_RDONLY);
	size_t n = 0, length;
	ssize_t got;

	while ((got = read(fd, text + n, sizeof(text) - 1 - n)) > 0)
		n += (size_t)got;
	text[n] = '\0';
	close(fd);
	say("%s:\n", what);
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		uintptr_t start = strtoul(line, NULL, 16), end = strtoul(line + 9, NULL, 16);

		length = strlen(line);
		if (length > strlen(name) && strcmp(line + length - strlen(name), name) == 0)
			say("  %u pages %.13s %s\n", (end - start) / PAGE, line + 18, name);
	}
}

static int make_writable(const char *name, size_t pages)
{
	struct area_request request = ask(name, pages * PAGE);

	request.access = AREA_ACCESS_WRITE;
	return make_as(request);
}

static void pieces(void)
{
	int id = make_writable("pieces", 4);
	struct area_clone_request request = clone_of(id, RW, 0);
	char *p = place(id), *moved;

	for (int i = 0; i < 4; i++)
		p[i * PAGE] = (char)('a' + i);
	maps("whole", "pieces");
	munmap(p + PAGE, PAGE);
	maps("with a hole", "pieces");
	mprotect(p, PAGE, PROT_READ);
	maps("one page to read", "pieces");
	moved = mremap(p + 3 * PAGE, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, p + 16 * PAGE);
	maps("one page moved", "pieces");
	show_area(id);
	result("clone it", area_clone(&request));
	say("the clone has all: %c%c%c%c\n", *(char *)request.address,
	    *(char *)(request.address + PAGE), *(char *)(request.address + 2 * PAGE),
	    *(char *)(request.address + 3 * PAGE));
	area_delete(&request.id, 1);
	result("protect it", area_protect(id, PROT_READ));
	access_of("the first page", p);
	access_of("the hole", p + PAGE);
	access_of("the page that was moved away", moved);
	p = mmap(p + PAGE, PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	result("delete it", area_delete(&id, 1));
	maps("what is left", "pieces");
	access_of("what was put into the hole", p);
	say("the page moved away: %c\n", *moved);
	munmap(moved, PAGE);
	munmap(p, PAGE);
}

static void forks(void)
{
	int id = make_writable("forked", 1), copy, status;
	struct area_clone_request request = clone_of(id, RW, AREA_CLONE_COPY);
	char *p = place(id), *own;

	area_clone(&request);
	copy = request.id;
	own = place(copy);
	strcpy(own, "own");
	if (fork() == 0) {
		struct area_info info;

		maps("the child's", "forked");
		strcpy(p, "from the child");
		strcpy(own, "the child's");
		result("delete the parent's", area_delete(&id, 1));
		area_info(id, &info);
		say("it belongs to the parent: %d\n", info.owner == getppid());
		id = make_writable("the child's", 1);
		exit(0);
	}
	wait(&status);
	say("shared: %s; copied: %s\n", p, own);
	result("the child's area", area_find("the child's"));
	area_delete(&id, 1);
	area_delete(&copy, 1);
	if (vfork() == 0) {
		id = make_writable("made in a vfork", 1);
		_exit(0);
	}
	wait(&status);
	result("a vfork's child makes areas of its parent", area_delete(&id, 1));
}

static void exec(char **argv)
{
	char *args[] = { argv[0], "again", NULL };
	int id = make_writable("lost", 1);

	(void)id;
	execve("/tests/area_rules", args, NULL);
}

int main(int argc, char **argv)
{
	if (argc > 1) {
		result("after exec", area_find("lost"));
		return 0;
	}
	pieces();
	forks();
	exec(argv);
	return 1;
}
