// Every other page of nearly all memory is free, so no two free pages are adjacent: execve with a long
// argument searches for such pages. The search must end in time; execve works, or fails with ENOMEM.
// Then contiguous memory of 32 MiB, which must not be made in one piece either.
// stretch
// kernel: normal
// limit: 20
// mem: 448

#include "test.h"
#include <sys/area.h>
#include <sys/mman.h>
#include <sys/sysinfo.h>

#define PAGE 4096
#define FEW 600 // pages: from here on the free ones are counted

static char argument[60000];

static size_t free_pages(void)
{
	struct sysinfo info;

	sysinfo(&info);
	return info.freeram / PAGE;
}

static void fragment(void)
{
	size_t count = free_pages();
	char *start = mmap(NULL, count * PAGE, PROT_READ | PROT_WRITE,
	                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	for (size_t i = 0; i < count; i++) {
		start[i * PAGE] = 1;
		if (i + FEW > count && free_pages() < 12)
			count = i;
	}
	for (size_t i = 0; i < count; i += 2)
		madvise(start + i * PAGE, PAGE, MADV_DONTNEED);
}

static void contiguous(void)
{
	struct area_request request = { .name = "row",
		                        .size = 32u << 20,
		                        .protection = PROT_READ,
		                        .lock = AREA_LOCK_CONTIGUOUS };

	show("contiguous", area_create(&request, 1));
}

int main(int argc, char **argv)
{
	int status;
	pid_t pid;

	if (argc > 1)
		return 0;
	memset(argument, 'x', sizeof(argument) - 1);
	contiguous();
	pid = fork();
	if (pid == 0) {
		fragment();
		pid = fork();
		if (pid == 0) {
			execve(argv[0], (char *[]){ argv[0], argument, NULL }, (char *[]){ NULL });
			_exit(errno == ENOMEM ? 0 : 1);
		}
		waitpid(pid, &status, 0);
		show_status("a long argument", status);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	show_status("its parent", status);
	return 0;
}
