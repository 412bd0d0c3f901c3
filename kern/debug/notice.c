// notice.c: the option `notices`.
#include "debug/notice.h"

#include "cpu/x86.h"
#include "debug/boot_options.h"

uint16_t notice_port;

void notice_init(void)
{
	notice_port = (uint16_t)option_uint("notices", 0);
}

void notice_send(enum notice what)
{
	outb(notice_port, (uint8_t)what);
}
