// Named areas: made, found, described, deleted; every error of making and deleting.
#include "area.h"

static void attempt(const char *what, struct area_request request)
{
	result(what, area_create(&request, 1));
	if (request.id)
		area_delete(&request.id, 1);
}

#define ATTEMPT(what, ...)                                 \
	do {                                               \
		struct area_request want = ask("x", PAGE); \
		__VA_ARGS__;                               \
		attempt(what, want);                       \
	} while (0)

static void errors(void)
{
	static char long_name[AREA_NAME_MAX] = "0123456789abcdef0123456789abcdef";
	struct area_request request = ask("x", PAGE);
	uintptr_t taken = (uintptr_t)mmap(NULL, PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	ATTEMPT("a page", want.lock = AREA_LOCK_NONE);
	ATTEMPT("no name", want.name[0] = '\0');
	ATTEMPT("a line's end in the name", strcpy(want.name, "a\nb"));
	memcpy(request.name, long_name, AREA_NAME_MAX);
	attempt("a name without end", request);
	ATTEMPT("no size", want.size = 0);
	ATTEMPT("half a page", want.size = PAGE / 2);
	ATTEMPT("a maximum below the size", want.size = 2 * PAGE; want.maximum = PAGE);
	ATTEMPT("a maximum of half pages", want.maximum = PAGE * 3 / 2);
	ATTEMPT("an odd address", want.address = 0x50000800);
	ATTEMPT("address 4096", want.address = PAGE);
	ATTEMPT("the kernel's address", want.address = 0xC0000000);
	ATTEMPT("across the end", want.address = 0xBFFFF000; want.size = 2 * PAGE);
	ATTEMPT("an address that is taken", want.address = taken);
	ATTEMPT("the page after it", want.address = 0x50000000);
	ATTEMPT("more than there are addresses", want.size = 0xB0000000);
	ATTEMPT("no such protection", want.protection = 8);
	ATTEMPT("no such lock", want.lock = 4);
	ATTEMPT("no such access", want.access = 3);
	ATTEMPT("a contiguous one that grows", want.lock = AREA_LOCK_CONTIGUOUS;
	        want.maximum = 2 * PAGE);
	ATTEMPT("more contiguous memory than there is", want.lock = AREA_LOCK_CONTIGUOUS;
	        want.size = 0x20000000);
	ATTEMPT("more full memory than there is", want.lock = AREA_LOCK_FULL;
	        want.size = 0x20000000);
	result("none", area_create(&request, 0));
	result("too many", area_create(&request, AREA_BATCH_MAX + 1));
	result("nowhere", area_create(NULL, 1));
	result("the kernel's memory", area_create((void *)0xC0100000, 1));
	munmap((void *)taken, PAGE);
}

// Requests that can be read, but not be written: the areas must be gone again.
static void other_cannot_see(void)
{
	struct area_request *request = mmap(NULL, PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	*request = ask("untold", PAGE);
	mprotect(request, PAGE, PROT_READ);
	result("an answer that cannot be written", area_create(request, 1));
	result("its area", area_find("untold"));
	munmap(request, PAGE);
}

static void several(void)
{
	struct area_request requests[3] = { ask("one", PAGE), ask("two", 2 * PAGE),
		                            ask("three", 3 * PAGE) };
	int ids[3];

	requests[2].size = 1;
	result("three, one of which cannot be", area_create(requests, 3));
	result("one", area_find("one"));
	requests[2].size = 3 * PAGE;
	result("three", area_create(requests, 3));
	for (int i = 0; i < 3; i++) {
		ids[i] = requests[i].id;
		*(int *)requests[i].address = i;
		show_area(ids[i]);
	}
	ids[1] = 12345;
	result("delete two and one that is none", area_delete(ids, 3));
	ids[1] = ids[0];
	result("delete one twice", area_delete(ids, 3));
	ids[1] = requests[1].id;
	show_area(ids[0]);
	result("delete three", area_delete(ids, 3));
	result("delete them again", area_delete(ids, 3));
	result("find one", area_find("one"));
	say("its page: %s\n", touches((char *)requests[0].address) ? "there" : "gone");
	result("delete none", area_delete(ids, 0));
	result("delete too many", area_delete(ids, AREA_BATCH_MAX + 1));
	result("delete from nowhere", area_delete(NULL, 1));
}

// Bytes after the end of a name do not reach other processes.
static void behind_name(void)
{
	struct area_request request = ask("short", PAGE);
	struct area_info info;
	bool clean = true;

	memset(request.name + 6, 'x', sizeof(request.name) - 6);
	area_create(&request, 1);
	area_info(request.id, &info);
	for (size_t i = 5; i < sizeof(info.name); i++)
		clean = clean && !info.name[i];
	say("%s, and behind it: %s\n", info.name, clean ? "nothing" : "more");
	area_delete(&request.id, 1);
}

static void names(void)
{
	int first = make("same", PAGE), second = make("same", PAGE), third;
	struct area_info info;
	int count = 0;

	say("the oldest is found: %d\n", area_find("same") == first);
	area_delete(&first, 1);
	third = make("same", PAGE);
	say("then the next: %d\n", area_find("same") == second);
	for (int id = 0; (id = area_next(id, &info)) > 0;)
		count++;
	say("there are %d: %s\n", count, error_name(errno));
	result("find nothing", area_find(""));
	result("find none", area_find("none"));
	result("find a long name", area_find("0123456789abcdef0123456789abcdef"));
	result("find from nowhere", area_find(NULL));
	result("info of nothing", area_info(0, &info));
	result("info of less", area_info(-1, &info));
	result("info of one deleted", area_info(first, &info));
	result("info to nowhere", area_info(second, NULL));
	result("next to nowhere", area_next(0, NULL));
	area_delete(&second, 1);
	area_delete(&third, 1);
}

int main(void)
{
	errors();
	other_cannot_see();
	several();
	behind_name();
	names();
	return 0;
}
