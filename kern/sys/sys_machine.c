// sys_machine.c: calls about the machine as a whole.
#include "debug/boot_options.h"
#include "dev/exitport.h"
#include "dev/transcript.h"
#include "fs/random.h"
#include "fs/uio.h"
#include "mem/heap.h"
#include "mem/page.h"
#include "proc/process.h"
#include "sys/sys_machine.h"
#include "sys/syscall.h"
#include "thread/credentials.h"
#include "thread/kstack.h"
#include "thread/machine_load.h"
#include "thread/timer.h"
#include "vm/aspace.h"
#include "vm/uaccess.h"
#include <abi/limits.h>
#include <abi/random.h>
#include <abi/reboot.h>
#include <abi/sysinfo.h>
#include <abi/utsname.h>

// Programs and C libraries conclude from the release which calls there are. Those here are about
// the calls of this release of Linux.
static const struct utsname names = {
	.sysname = "Quire",
	.nodename = "quire",
	.release = "6.1.0",
	.version = "#1",
	.machine = "i686",
	.domainname = "(none)",
};

// The kernel's option `sysname` sets the first name, for programs that run on a Linux only.
struct utsname machine_names(void)
{
	struct utsname result = names;
	char sysname[sizeof(names.sysname)] = { 0 };

	if (option_get("sysname", sysname, sizeof(sysname)))
		memcpy(result.sysname, sysname, sizeof(sysname));
	return result;
}

// uname(2).
SYSCALL1(uname, void __user *, store)
{
	struct utsname all = machine_names();

	return copyout(aspace_current(), store, &all, sizeof(all));
}

// uname(2) without the domain, which is the last name.
SYSCALL1(olduname, void __user *, store)
{
	struct utsname all = machine_names();

	return copyout(aspace_current(), store, &all, offsetof(struct utsname, domainname));
}

#define OLDEST_NAME 8 // bytes of a name of oldolduname, without the NUL

// uname(2) with five names of at most 8 bytes.
SYSCALL1(oldolduname, void __user *, store)
{
	struct utsname now = machine_names();
	const char *const all[] = { now.sysname, now.nodename, now.release, now.version,
		                    now.machine };
	char short_names[ARRAY_SIZE(all)][OLDEST_NAME + 1] = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(all); i++)
		memcpy(short_names[i], all[i], MIN(strlen(all[i]), OLDEST_NAME));
	return copyout(aspace_current(), store, short_names, sizeof(short_names));
}

// sysinfo(2). The kernel stacks that are kept for reuse count as free (thread/kstack.h).
SYSCALL1(sysinfo, void __user *, store)
{
	struct sysinfo info;

	memset(&info, 0, sizeof(info));
	info.uptime = (long)(clock_ns() / NS_PER_SECOND);
	info.totalram = page_usable_count() * PAGE_SIZE;
	info.freeram = (page_free_count() + kstack_pooled_pages()) * PAGE_SIZE;
	for (size_t i = 0; i < ARRAY_SIZE(info.loads); i++)
		info.loads[i] = (unsigned long)load_averages[i] << (SI_LOAD_SHIFT - LOAD_SHIFT);
	info.mem_unit = 1;
	spin_lock(&process_lock);
	info.procs = (unsigned short)process_count;
	spin_unlock(&process_lock);
	return copyout(aspace_current(), store, &info, sizeof(info));
}

// reboot(2). The magic numbers keep a call with the wrong number from ending the machine.
// Restarting with a text (RESTART2) restarts without looking at it. The C-A-D switches are
// accepted: ctrl-alt-del does nothing here.
SYSCALL4(reboot, uint32_t, magic1, uint32_t, magic2, uint32_t, command, const void __user *, arg)
{
	(void)arg;
	if (!capable(CAP_SYS_BOOT))
		return -EPERM;
	if (magic1 != LINUX_REBOOT_MAGIC1 ||
	    (magic2 != LINUX_REBOOT_MAGIC2 && magic2 != LINUX_REBOOT_MAGIC2A &&
	     magic2 != LINUX_REBOOT_MAGIC2B && magic2 != LINUX_REBOOT_MAGIC2C))
		return -EINVAL;
	switch (command) {
	case RB_ENABLE_CAD:
	case RB_DISABLE_CAD:
		return 0;
	case RB_AUTOBOOT:
	case LINUX_REBOOT_CMD_RESTART2:
		printk(LOG_NOTICE, "reboot: restarting\n");
		machine_reboot();
	case RB_HALT_SYSTEM:
	case RB_POWER_OFF:
		printk(LOG_NOTICE, "reboot: power off\n");
		machine_end(EXIT_NORMAL);
	default:
		return -EINVAL;
	}
}

// The flags of getrandom; others are EINVAL.
#define RANDOM_FLAGS (GRND_NONBLOCK | GRND_RANDOM | GRND_INSECURE)

// getrandom(2). The source is always ready, so GRND_NONBLOCK makes no difference; the two flags
// that name a source exclude each other.
SYSCALL3(getrandom, void __user *, store, size_t, len, uint32_t, flags)
{
	struct uio uio = uio_user(store, MIN(len, UIO_MAX));
	size_t done;

	if ((flags & ~RANDOM_FLAGS) ||
	    (flags & (GRND_RANDOM | GRND_INSECURE)) == (GRND_RANDOM | GRND_INSECURE))
		return -EINVAL;
	done = random_copyout(&uio);
	return done || !len ? (long)done : -EFAULT;
}
