// areas: lists the named areas that others may clone.
// quire-only
#include <errno.h>
#include <stdio.h>
#include <sys/area.h>
#include <sys/mman.h>

static const char *const locks[] = { "-", "lazy", "full", "contiguous" };
static const char *const accesses[] = { "private", "read", "write" };

static void print_area(int id, const struct area_info *info)
{
	printf("%8d %5d %10u %10u %6u %c%c%c %-10s %-7s %s\n", id, info->owner, info->size >> 10,
	       info->maximum >> 10, info->copies, info->protection & PROT_READ ? 'r' : '-',
	       info->protection & PROT_WRITE ? 'w' : '-', info->protection & PROT_EXEC ? 'x' : '-',
	       locks[info->lock], accesses[info->access], info->name);
}

int main(void)
{
	struct area_info info;
	int id = area_next(0, &info);

	if (id > 0)
		printf("%8s %5s %10s %10s %6s %-3s %-10s %-7s %s\n", "ID", "PID", "KIB", "MAX",
		       "COPIES", "RWX", "LOCK", "OTHERS", "NAME");
	else if (errno == ENOENT)
		puts("no named areas");
	for (; id > 0; id = area_next(id, &info))
		print_area(id, &info);
	if (errno != ENOENT) {
		perror("areas");
		return 1;
	}
	return 0;
}
