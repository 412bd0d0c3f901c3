// limit: 60
// stretch
// A directory of 100,000 names: no name takes long to make, not even among names of equal hashes;
// reading costs the same for each entry from whatever position, and what is read stays right while
// names come and go.

#include "leak.h"
#include <dirent.h>

#define NAMES 100000u
#define BOUND 500      // instructions an entry: the tests' clock is one of instructions
#define EQUAL 12       // pairs of characters: 2^12 names of equal hashes
#define LONGEST 200000 // instructions that making a name may take

static char buffer[32768];

static uint64_t instructions(void)
{
	return __builtin_ia32_rdtsc();
}

static uint64_t longest; // that making a name took

static void make_name(const char *name)
{
	uint64_t start = instructions();

	close(open(name, O_CREAT | O_WRONLY, 0600));
	longest = longest > instructions() - start ? longest : instructions() - start;
}

static void make(unsigned int i)
{
	char name[16];

	snprintf(name, sizeof(name), "n%06u", i);
	make_name(name);
}

// Write into name[] the one of 2^EQUAL names with number `i`. The kernel's hash of a name is 33 times
// that of what comes before the last character, plus that character: so "aZ" hashes as "b9" does.
static void equal_name(char *name, unsigned int i)
{
	*name++ = 'n';
	for (unsigned int bit = 0; bit < EQUAL; bit++, i >>= 1) {
		*name++ = i & 1 ? 'a' : 'b';
		*name++ = i & 1 ? 'Z' : '9';
	}
	*name = '\0';
}

// The last 100 of many names with equal hashes cost what the first 100 cost; each is found again.
static void check_equal_hashes(void)
{
	uint64_t start, first = 0, last = 0;
	char name[2 * EQUAL + 2];
	unsigned int found = 0;

	for (unsigned int i = 0; i < 1u << EQUAL; i++) {
		equal_name(name, i);
		start = instructions();
		make_name(name);
		first += i < 100 ? instructions() - start : 0;
		last += i >= (1u << EQUAL) - 100 ? instructions() - start : 0;
	}
	check("so do names of equal hashes", last < 2 * first);
	for (unsigned int i = 0; i < 1u << EQUAL; i++) {
		equal_name(name, i);
		found += unlink(name) == 0;
	}
	say("names of equal hashes: %u\n", found);
}

static void drop(unsigned int i)
{
	char name[16];

	snprintf(name, sizeof(name), "n%06u", i);
	unlink(name);
}

// Read the rest of the directory, `size` bytes at a time. Returns how many names there were; every
// `every`-th of them (0: none) is removed, and another one made.
static unsigned int read_all(int fd, size_t size, unsigned int every)
{
	unsigned int count = 0, made = NAMES;
	long n;

	while ((n = syscall(SYS_getdents64, fd, buffer, size)) > 0) {
		for (long at = 0; at < n; at += ((struct dirent *)(buffer + at))->d_reclen) {
			const char *name = ((struct dirent *)(buffer + at))->d_name;

			count += name[0] == 'n';
			if (every && name[0] == 'n' && count % every == 0 && made < NAMES + 100) {
				unlink(name);
				make(made++);
			}
		}
	}
	return count;
}

// What an entry costs, reading all with a buffer of that size.
static void check_cost(const char *what, int fd, size_t size, unsigned int names)
{
	uint64_t start = instructions();
	unsigned int count;

	lseek(fd, 0, SEEK_SET);
	count = read_all(fd, size, 0);
	start = instructions() - start;
	say("%s: %u names\n", what, count);
	if (start / names >= BOUND)
		say("%llu instructions each\n", start / names);
}

int main(void)
{
	uint64_t start, first, last;
	int fd;

	mkdir("/tmp/wide", 0700);
	chdir("/tmp/wide");
	fd = open(".", O_RDONLY | O_DIRECTORY);
	start = instructions();
	for (unsigned int i = 0; i < 1000; i++)
		make(i);
	first = instructions() - start;
	for (unsigned int i = 1000; i < NAMES - 1000; i++)
		make(i);
	start = instructions();
	for (unsigned int i = NAMES - 1000; i < NAMES; i++)
		make(i);
	last = instructions() - start;
	check("the last thousand names cost what the first cost", last < 2 * first);
	check_equal_hashes();
	check("no name took long", longest < LONGEST);
	check_cost("in large pieces", fd, sizeof(buffer), NAMES);

	for (unsigned int i = 0; i < NAMES; i += 2)
		drop(i);
	check_cost("every second one removed", fd, sizeof(buffer), NAMES / 2);
	lseek(fd, 0, SEEK_SET);
	// What is made while it is read stands at the end.
	say("changed while it is read: %u names\n", read_all(fd, 4096, 500));
	for (unsigned int i = 1; i < NAMES + 100; i++)
		drop(i);
	show("rmdir", rmdir("/tmp/wide"));
	return 0;
}
