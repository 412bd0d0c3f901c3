// A page of a named area is moved away, the area gets other memory, and the page comes back: it still
// shows what it showed, and is written only if that may be written. The area's calls leave it alone.
#include "area.h"

// An area whose first page shows `before` while the rest of it shows `after`.
static int mixed(int before, int after, char **store)
{
	struct area_request request = ask("mixed", 2 * PAGE);
	char *away = mmap(NULL, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), *p;
	int id;

	request.protection = PROT_READ;
	id = make_as(request);
	p = place(id);
	result("  map the first", area_map(id, before, 0));
	result("  make it writable", area_protect(id, RW));
	area_protect(id, PROT_READ);
	check("  move a page away",
	      mremap(p, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, away) == away);
	result("  map the second", area_map(id, after, 0));
	check("  move it back", mremap(away, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, p) == p);
	*store = p;
	return id;
}

static void try(const char *what, int before, int after)
{
	char text[8] = "", *p;
	int id;

	say("%s:\n", what);
	id = mixed(before, after, &p);
	result("  mprotect", mprotect(p, PAGE, RW));
	result("  area_protect", area_protect(id, RW));
	access_of("  the page", p);
	access_of("  the rest", p + PAGE);
	if (writes(p))
		*p = 'X';
	pread(before, text, 4, 0);
	say("  in the first: %.4s\n", text);
	area_protect(id, PROT_READ);
	result("  map the first again", area_map(id, before, 0));
	result("  delete", area_delete(&id, 1));
	access_of("  the page", p);
	access_of("  the rest", p + PAGE);
	munmap(p, 2 * PAGE);
}

// A page of the area at another place of it is no piece of it either.
static void swapped(void)
{
	int id = make("swapped", 3 * PAGE);
	char *p = place(id);

	say("a page at another's place:\n");
	strcpy(p, "first");
	munmap(p + PAGE, PAGE);
	check("  moved", mremap(p, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, p + PAGE) == p + PAGE);
	result("  area_protect", area_protect(id, PROT_READ));
	access_of("  the page", p + PAGE);
	access_of("  the rest", p + 2 * PAGE);
	result("  delete", area_delete(&id, 1));
	say("  the page: %s\n", p + PAGE);
	munmap(p + PAGE, PAGE);
}

static int file_of(const char *path, int flags)
{
	int fd = open(path, flags | O_CREAT, 0600);

	if (flags & O_RDWR) {
		write(fd, "text", 4);
		ftruncate(fd, 2 * PAGE);
	}
	return fd;
}

int main(void)
{
	int other = file_of("/tmp/other", O_RDWR),
	    sealed = memfd_create("sealed", MFD_ALLOW_SEALING);
	int writable = file_of("/tmp/file", O_RDWR), readable = file_of("/tmp/file", O_RDONLY);

	write(sealed, "seal", 4);
	ftruncate(sealed, 2 * PAGE);
	fcntl(sealed, F_ADD_SEALS, F_SEAL_WRITE);
	try("a sealed file", sealed, other);
	try("a file opened for reading", readable, other);
	try("a file opened for reading, and then for writing", readable, writable);
	try("a file opened for writing, and then for reading", writable, readable);
	swapped();
	return 0;
}
