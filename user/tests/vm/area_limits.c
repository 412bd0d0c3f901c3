// RLIMIT_DATA counts a copy of a named area that becomes writable, as it does for mprotect.
#include "area.h"

#include <sys/resource.h>

static void set_limit(unsigned long bytes)
{
	struct rlimit limit = { bytes, RLIM_INFINITY };

	result("setrlimit", setrlimit(RLIMIT_DATA, &limit));
}

int main(void)
{
	struct area_request request = ask("source", 100 * PAGE);
	int source = make_as(request), copy, clone;

	copy = try_clone("a copy to read", clone_of(source, PROT_READ, AREA_CLONE_COPY));
	clone = try_clone("a clone to read", clone_of(source, PROT_READ, 0));
	set_limit(0);
	result("the copy becomes writable", area_protect(copy, RW));
	show_area(copy);
	check("it is as before", area_protect(copy, PROT_READ) == 0);
	result("the clone becomes writable", area_protect(clone, RW));
	set_limit(1ul << 30);
	result("the copy becomes writable", area_protect(copy, RW));
	show_area(copy);
	set_limit(0);
	result("it stays writable", area_protect(copy, RW));
	result("mprotect", mprotect(place(copy), 100 * PAGE, PROT_READ));
	result("mprotect, writable", mprotect(place(copy), 100 * PAGE, RW));
	result("a part becomes writable", area_protect(copy, RW));
	return 0;
}
