// Named areas until there are no more, from several processes, with pointers to everywhere; and ids that
// others have.
#include "area.h"

static char *const addresses[] = {
	NULL,
	(char *)1,
	(char *)0xBFFFFFFF,
	(char *)0xC0000000,
	(char *)0xC0100000,
	(char *)0xFFFFFFFF,
	(char *)0xF8000000,
};

// Nothing of this may succeed.
static void pointers(void)
{
	int bad = 0;

	for (size_t i = 0; i < COUNT(addresses); i++) {
		char *p = addresses[i];

		bad += area_create((void *)p, 1) != -1 || errno != EFAULT;
		bad += area_create((void *)p, 64) != -1 || errno != EFAULT;
		bad += area_create((void *)p, 0xFFFFFFFF) != -1 || errno != EINVAL;
		bad += area_clone((void *)p) != -1 || errno != EFAULT;
		bad += area_find(p) != -1 || (errno != EFAULT && errno != EINVAL);
		bad += area_next(0, (void *)p) != -1 || (errno != ENOENT && errno != EFAULT);
		bad += area_delete((void *)p, 1) != -1 || errno != EFAULT;
		bad += area_delete((void *)p, 0x40000001) != -1 || errno != EINVAL;
	}
	say("wrong answers: %d\n", bad);
}

// The numbers beyond the last call.
static void numbers(void)
{
	int bad = 0;

	for (long number = SYS_area_delete + 1; number < SYS_area_delete + 64; number++)
		bad += syscall(number, 1, 1, 1, 1, 1, 1) != -1 || errno != ENOSYS;
	for (long number = 512; number < SYS_QUIRE_FIRST; number += 97)
		bad += syscall(number, 1, 1, 1, 1, 1, 1) != -1 || errno != ENOSYS;
	bad += syscall(-1) != -1 || errno != ENOSYS;
	bad += syscall(0x80004000, 1) != -1 || errno != ENOSYS;
	say("wrong answers: %d\n", bad);
}

static int last; // the id made last

static int fill(void)
{
	struct area_request request = ask("many", PAGE);
	int count = 0;

	for (; area_create(&request, 1) == 0; count++) {
		last = request.id;
		request.address = 0; // not where this one is
	}
	return count;
}

static void all_ids(void)
{
	int count = fill(), status;
	struct area_request batch[8];

	say("%d areas, then %s\n", count, error_name(errno));
	for (size_t i = 0; i < COUNT(batch); i++)
		batch[i] = ask("batch", PAGE);
	result("eight more", area_create(batch, COUNT(batch)));
	if (fork() == 0) {
		int reached = 0;
		struct area_info info;

		for (int id = last - 0x40000; id <= last; id++)
			reached += area_info(id, &info) == 0;
		say("a child reaches %d of them\n", reached);
		exit(0);
	}
	wait(&status);
	if (fork() == 0)
		execve("/bin/true", (char *[]){ "true", NULL }, NULL);
	wait(&status);
}

// Children that make areas, clone each other's and die, also in the middle.
static void crowd(void)
{
	int status, failed = 0;

	for (int i = 0; i < 8; i++) {
		if (fork() == 0) {
			struct area_request request = ask("crowd", 16 * PAGE);
			struct area_info info;

			request.access = AREA_ACCESS_WRITE;
			request.lock = (uint32_t)i % 4;
			for (int turn = 0; turn < 40; turn++) {
				struct area_clone_request clone;

				request.address = 0;
				if (area_create(&request, 1))
					continue;
				memset((char *)request.address, i, 16 * PAGE);
				for (int id = 0; (id = area_next(id, &info)) > 0;) {
					clone = clone_of(id, RW, turn % 2 ? AREA_CLONE_COPY : 0);
					if (area_clone(&clone))
						continue;
					memset((char *)clone.address, turn, 4 * PAGE);
					if (turn % 3)
						area_delete(&clone.id, 1);
					else
						munmap((char *)clone.address, PAGE);
				}
				if (turn % 5 == 0)
					area_delete(&request.id, 1);
			}
			kill(getpid(), i % 2 ? SIGKILL : SIGTERM);
		}
	}
	while (wait(&status) > 0)
		failed += !WIFSIGNALED(status);
	say("children that did not come to their end: %d\n", failed);
	result("their areas", area_find("crowd"));
}

int main(void)
{
	struct area_info info;
	int count = 0;

	pointers();
	numbers();
	crowd();
	if (fork() == 0) {
		all_ids();
		exit(0);
	}
	wait(NULL);
	for (int id = 0; (id = area_next(id, &info)) > 0;)
		count++;
	say("left: %d\n", count);
	return 0;
}
