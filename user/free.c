// free: how much memory there is, in KiB.

#include <stdio.h>
#include <sys/sysinfo.h>

int main(void)
{
	struct sysinfo info;
	unsigned long long unit;

	if (sysinfo(&info) < 0) {
		perror("free");
		return 1;
	}
	unit = info.mem_unit ? info.mem_unit : 1;
	puts("           total       used       free");
	printf("Mem:  %10llu %10llu %10llu\n", info.totalram * unit / 1024,
	       (info.totalram - info.freeram) * unit / 1024, info.freeram * unit / 1024);
	return 0;
}
