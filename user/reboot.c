// reboot [-p | -h]: restart the machine; -p: switch it off; -h: stop it.

#include <stdio.h>
#include <sys/reboot.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	int command = RB_AUTOBOOT, option;

	while ((option = getopt(argc, argv, "ph")) != -1) {
		if (option == '?') {
			fprintf(stderr, "usage: reboot [-p | -h]\n");
			return 2;
		}
		command = option == 'p' ? RB_POWER_OFF : RB_HALT_SYSTEM;
	}
	sync();
	reboot(command);
	perror("reboot");
	return 1;
}
