// kill(-1) reaches every process but the first and the caller.

#include "test.h"

int main(void)
{
	int status, i;

	for (i = 0; i < 3; i++)
		if (fork() == 0)
			for (;;)
				sleep_ms(10000);
	sleep_ms(10);
	show("kill", kill(-1, SIGKILL));
	for (i = 0; i < 3; i++) {
		wait(&status);
		show_status("child", status);
	}
	show("nobody is left", kill(-1, SIGKILL));
	show("signals to the kernel's own process", kill(1, SIGKILL));
	return 0;
}
