// A process maps a file privately beside other memory, in page tables that children share. One child
// truncates the file and punches holes into it, while others and the parent read their pages.

#include "retreat.h"
#include "test.h"

#include <sched.h>
#include <sys/mman.h>

#define PAGE 4096
#define TABLE (1024 * PAGE)
#define PLACE ((char *)0x20000000)
#define TABLES 3
#define FILE_PAGES 80
#define OWN_PAGES 60 // anonymous ones, after the file's
#define READERS 3
#define ROUNDS 20

static int file;

static void change(void)
{
	for (int i = 0; i < ROUNDS; i++) {
		(void)!ftruncate(file, 30 * PAGE);
		sched_yield();
		(void)!ftruncate(file, FILE_PAGES * PAGE);
		sched_yield();
		syscall(SYS_fallocate, file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 10 * PAGE,
		        0, 40 * PAGE, 0);
		sched_yield();
	}
}

// In each table: the file, of which page 2 is a private copy, and anonymous memory.
static void put(void)
{
	char page[PAGE];

	memset(page, 'f', sizeof(page));
	lseek(file, 0, SEEK_SET);
	for (int i = 0; i < FILE_PAGES; i++)
		write(file, page, sizeof(page));
	for (int table = 0; table < TABLES; table++) {
		char *at = PLACE + (size_t)table * TABLE;

		mmap(at, FILE_PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED, file,
		     0);
		mmap(at + FILE_PAGES * PAGE, OWN_PAGES * PAGE, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
		for (int i = 0; i < FILE_PAGES; i++)
			(void)*(volatile char *)(at + i * PAGE);
		at[2 * PAGE] = 'p';
		for (int i = 0; i < OWN_PAGES; i++)
			at[(FILE_PAGES + i) * PAGE] = (char)i;
	}
}

// Returns true if the file's page `i` at `at` is as some moment of the changes leaves it.
static bool file_is_right(const char *at, int i)
{
	char byte;

	if (read_byte(at, &byte))
		return i >= 30;
	if (i == 2)
		return byte == 'p';
	return byte == 'f' || (byte == 0 && i >= 10);
}

static bool all_is_right(void)
{
	for (int table = 0; table < TABLES; table++) {
		const char *at = PLACE + (size_t)table * TABLE;

		for (int i = 0; i < FILE_PAGES; i++)
			if (!file_is_right(at + i * PAGE, i))
				return false;
		sched_yield();
		for (int i = 0; i < OWN_PAGES; i++)
			if (at[(FILE_PAGES + i) * PAGE] != (char)i)
				return false;
	}
	return true;
}

int main(void)
{
	struct sigaction action = { .sa_handler = retreat };
	int right = 0, status;

	sigaction(SIGBUS, &action, NULL);
	file = memfd_create("file", 0);
	for (int i = 0; i < 4; i++) {
		put();
		for (int child = 0; child <= READERS; child++) {
			if (fork_or_end() > 0)
				continue;
			if (child == READERS / 2)
				change();
			_exit(all_is_right());
		}
		right += all_is_right();
		while (wait(&status) > 0)
			right += WIFEXITED(status) && WEXITSTATUS(status) == 1;
	}
	say("%d right, of %d children and their parent\n", right, 4 * (READERS + 2));
	return 0;
}
