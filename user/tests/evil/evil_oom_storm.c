// mem: 32
// limit: 60
// Programs that take memory in every way there is, and give some back, while there is too little for
// all: the machine goes on, whichever of them dies, and in the end everything is there again.

#include "oom.h"

#define WORKERS 10
#define STEPS 150
#define SLOTS 12
#define SLOT (MIB / 2) // pages

static uint32_t state;
static char *slots[SLOTS];
static int fd;
static int start[2]; // a pipe: its end comes when all workers are there

static uint32_t chance(uint32_t n)
{
	state = state * 1664525 + 1013904223;
	return (state >> 16) % n;
}

static void unmap(size_t slot)
{
	if (slots[slot])
		munmap(slots[slot], SLOT * PAGE);
	slots[slot] = NULL;
}

static void map(size_t slot, int flags, int file)
{
	char *memory = mmap(NULL, SLOT * PAGE, PROT_READ | PROT_WRITE, flags, file, 0);

	unmap(slot);
	if (memory != MAP_FAILED)
		slots[slot] = memory;
}

static void touch_all(void)
{
	for (size_t i = 0; i < SLOTS; i++)
		if (slots[i])
			touch_pages(slots[i], SLOT);
}

static void fork_and_touch(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		touch_all();
		_exit(0);
	}
	if (pid > 0)
		waitpid(pid, NULL, 0);
}

static void exec_and_wait(void)
{
	pid_t pid = vfork();

	if (pid == 0) {
		execve("/bin/true", (char *[]){ "true", NULL }, NULL);
		_exit(127);
	}
	if (pid > 0)
		waitpid(pid, NULL, 0);
}

static void step(void)
{
	size_t slot = chance(SLOTS);

	switch (chance(10)) {
	case 0:
	case 1:
		map(slot, MAP_PRIVATE | MAP_ANONYMOUS, -1);
		break;
	case 2:
		map(slot, MAP_SHARED | MAP_ANONYMOUS, -1);
		break;
	case 3:
		if (ftruncate(fd, SLOT * PAGE) == 0)
			map(slot, chance(2) ? MAP_SHARED : MAP_PRIVATE, fd);
		break;
	case 4:
		touch_all();
		break;
	case 5:
		fork_and_touch();
		break;
	case 6:
		exec_and_wait();
		break;
	case 7:
		if (slots[slot])
			(void)!pread(fd, slots[slot], SLOT * PAGE, 0);
		break;
	case 8:
		if (slots[slot])
			(void)!pwrite(fd, slots[slot], SLOT * PAGE, 0);
		break;
	default:
		unmap(slot);
	}
}

static void worker(int i)
{
	char name[] = "/tmp/storm0", byte;

	name[sizeof(name) - 2] = (char)('0' + i);
	state = (uint32_t)i * 7919;
	fd = open(name, O_RDWR | O_CREAT, 0600);
	unlink(name);
	close(start[1]);
	read(start[0], &byte, 1);
	map(0, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	touch_all();
	for (int n = 0; n < STEPS; n++)
		step();
	_exit(0);
}

static void storm(void)
{
	int ended = 0, status, odd = 0;

	pipe(start);
	for (int i = 0; i < WORKERS; i++)
		if (fork_or_end() == 0)
			worker(i);
	close(start[1]);
	for (; wait(&status) > 0; ended++)
		if (status != 0 && status != SIGKILL && status != SIGBUS)
			odd++;
	close(start[0]);
	say("%d ended, %d of them oddly\n", ended, odd);
}

int main(void)
{
	unsigned long before;

	storm();
	before = free_memory();
	storm();
	say("free memory changed by %ld\n", (long)(free_memory() - before));
	return 0;
}
