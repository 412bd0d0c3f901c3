// Without its magic numbers the reboot call does nothing.

#include "test.h"
#include <sys/reboot.h>

#define MAGIC1 0xfee1dead
#define MAGIC2 672274793

int main(void)
{
	show("no magic", syscall(SYS_reboot, 0, 0, RB_POWER_OFF, NULL));
	show("the first one", syscall(SYS_reboot, MAGIC1, 0, RB_POWER_OFF, NULL));
	show("the second one", syscall(SYS_reboot, 0, MAGIC2, RB_POWER_OFF, NULL));
	show("an unknown command", syscall(SYS_reboot, MAGIC1, MAGIC2, 0x12345, NULL));
	return 0;
}
