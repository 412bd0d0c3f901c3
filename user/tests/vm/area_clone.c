// Named areas shared between processes: clones that share, clones that copy, who may have which.
#include "area.h"

static int private_id, readable_id, writable_id;

static void set_access(struct area_request *request, uint32_t access)
{
	request->access = access;
}

static int make_for(const char *name, uint32_t access)
{
	struct area_request request = ask(name, 2 * PAGE);
	int id;

	set_access(&request, access);
	request.maximum = 4 * PAGE;
	id = make_as(request);
	strcpy(place(id), name);
	return id;
}

// What another process may do with the three areas.
static void as_another(void)
{
	struct area_clone_request taken = clone_of(readable_id, PROT_READ, 0);
	struct area_info info;
	unsigned long physical;
	int id, shared, count = 0;

	say("-- another process\n");
	result("info of the private one", area_info(private_id, &info));
	result("find the private one", area_find("private"));
	result("find the readable one", area_find("readable"));
	for (id = 0; (id = area_next(id, &info)) > 0;)
		count++;
	say("it can see %d\n", count);
	try_clone("clone the private one", clone_of(private_id, PROT_READ, 0));
	try_clone("copy the private one", clone_of(private_id, PROT_READ, AREA_CLONE_COPY));
	try_clone("clone the readable one to write", clone_of(readable_id, RW, 0));
	taken.access = AREA_ACCESS_WRITE;
	try_clone("clone it for others to write", taken);
	taken.access = AREA_ACCESS_PRIVATE;
	taken.address = (uintptr_t)mmap(NULL, PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	try_clone("clone it where something is", taken);
	taken.address = 0x60000000;
	id = try_clone("clone it where nothing is", taken);
	say("there: %s, says %s\n", place(id) == (char *)0x60000000 ? "yes" : "no", place(id));
	show_area(id);
	access_of("a readable clone", place(id));
	result("protect it to write", area_protect(id, RW));
	result("mprotect it to write", mprotect(place(id), PAGE, RW));
	result("resize it", area_resize(id, PAGE, 0));
	result("clone the clone to write",
	       area_clone(&(struct area_clone_request){ .source = id, .protection = RW }));
	shared = try_clone("clone the writable one to write", clone_of(writable_id, RW, 0));
	strcpy(place(shared), "written by another");
	strcpy(place(shared) + PAGE, "its second page");
	id = try_clone("copy the writable one", clone_of(writable_id, RW, AREA_CLONE_COPY));
	strcpy(place(id), "written to a copy");
	say("copy: %s, %s; shared: %s\n", place(id), place(id) + PAGE, place(shared));
	strcpy(place(shared) + PAGE, "its page again");
	say("copy: %s\n", place(id) + PAGE);
	try_clone("clone the copy", clone_of(id, PROT_READ, 0));
	show_area(shared);
	result("resize another's", area_resize(writable_id, PAGE, 0));
	result("protect another's", area_protect(writable_id, PROT_READ));
	result("remap another's", area_remap(writable_id, 0xA0000, AREA_CACHE_NONE));
	result("map onto another's", area_map(writable_id, open("/etc/motd", O_RDWR), 0));
	result("delete another's", area_delete(&writable_id, 1));
	result("physical address of another's", area_physical(writable_id, &physical));
	result("info of another's", area_info(writable_id, &info));
}

static void child(void (*what)(void))
{
	int status, pid = fork();

	if (pid == 0) {
		what();
		exit(0);
	}
	waitpid(pid, &status, 0);
	if (status)
		say("status %#x\n", status);
}

// A clone outlives its source.
static int source, ready[2], go[2];

static void outlive(void)
{
	struct area_info info;
	char byte;
	int id;

	read(ready[0], &byte, 1);
	id = try_clone("a clone of what is soon gone", clone_of(source, RW, 0));
	write(go[1], "x", 1);
	read(ready[0], &byte, 1);
	say("the source is gone: %s\n", area_info(source, &info) ? error_name(errno) : "no");
	say("the clone says %s\n", place(id));
	show_area(id);
}

static void exiting_owner(void)
{
	struct area_request request = ask("short-lived", PAGE);
	int pid, status;
	char byte;

	pipe(ready);
	pipe(go);
	request.access = AREA_ACCESS_WRITE;
	pid = fork();
	if (pid == 0) {
		// The owner. Its child has the pipe's other ends.
		source = make_as(request);
		strcpy(place(source), "still here");
		if (fork() == 0) {
			outlive();
			exit(0);
		}
		write(ready[1], "x", 1);
		read(go[0], &byte, 1);
		exit(0);
	}
	waitpid(pid, &status, 0);
	write(ready[1], "x", 1);
	close(go[1]);
	while (read(go[0], &byte, 1) > 0)
		;
	result("nobody has it any more", area_find("short-lived"));
}

static void errors(void)
{
	struct area_clone_request request = clone_of(writable_id, RW, 0);

	say("-- its owner\n");
	try_clone("a clone of nothing", clone_of(0, RW, 0));
	try_clone("of one deleted", clone_of(0x7ffffff, RW, 0));
	try_clone("with no such right", clone_of(writable_id, 8, 0));
	try_clone("with no such flag", clone_of(writable_id, RW, 2));
	request.lock = AREA_LOCK_CONTIGUOUS;
	try_clone("contiguous", request);
	request.lock = 0;
	request.access = 3;
	try_clone("for whom?", request);
	request.access = 0;
	request.address = 0x50000001;
	try_clone("at an odd address", request);
	request.address = 0xBFFFF000;
	try_clone("across the end", request);
	result("from nowhere", area_clone(NULL));
}

int main(void)
{
	int own;

	private_id = make_for("private", AREA_ACCESS_PRIVATE);
	readable_id = make_for("readable", AREA_ACCESS_READ);
	writable_id = make_for("writable", AREA_ACCESS_WRITE);
	child(as_another);
	say("-- the owner again\n");
	say("%s; %s; %s, %s\n", place(private_id), place(readable_id), place(writable_id),
	    place(writable_id) + PAGE);
	own = try_clone("clone one's own private one to write", clone_of(private_id, RW, 0));
	place(own)[0] = 'P';
	say("%s\n", place(private_id));
	show_area(private_id);
	own = try_clone("full, and a copy", (struct area_clone_request){ .name = "a copy",
	                                                                 .source = private_id,
	                                                                 .protection = RW,
	                                                                 .lock = AREA_LOCK_FULL,
	                                                                 .flags = AREA_CLONE_COPY });
	place(private_id)[0] = 'Q';
	say("%s %s\n", place(own), place(private_id));
	show_area(own);
	errors();
	exiting_owner();
	return 0;
}
