// timerfd.c: a timer as a file.
#include "fs/timerfd.h"

#include "fs/anonymous_file.h"
#include "fs/uio.h"
#include "mem/heap.h"
#include "thread/timer.h"
#include <stdio.h>

// [l] lock   [c] constant
struct timerfd {
	struct spinlock lock;
	struct timer timer;
	int clock;         // [c] CLOCK_..., as it was asked for
	bool realtime;     // [c]
	uint32_t flags;    // [l] TFD_TIMER_... of its setting
	uint64_t interval; // [l] 0: it expires once
	uint64_t deadline; // [l] of clock_ns(), when it expires next; 0: never
	uint64_t expired;  // [l] how often since the last read
	struct waitq wait;
};

// Count the expirations up to now, and move the deadline behind them. The timer itself is armed for
// the first one only, so a program cannot keep the machine busy by a short interval. Caller: holds
// the lock.
static void catch_up(struct timerfd *timerfd)
{
	uint64_t now, times = 1;

	assert_spin_held(&timerfd->lock);
	if (!timerfd->deadline)
		return;
	now = clock_ns();
	if (now < timerfd->deadline)
		return;
	if (timerfd->interval) {
		times += (now - timerfd->deadline) / timerfd->interval;
		timerfd->deadline += times * timerfd->interval;
	} else {
		timerfd->deadline = 0;
	}
	timerfd->expired += times;
}

// Arm the timer for the next expiration, if nobody has to be told of an earlier one first. Caller:
// holds the lock.
static void rearm(struct timerfd *timerfd)
{
	assert_spin_held(&timerfd->lock);
	if (timerfd->deadline && !timerfd->expired)
		timer_arm(&timerfd->timer, timerfd->deadline);
}

// The timer's function.
static void fire(struct timer *timer)
{
	struct timerfd *timerfd = container_of(timer, struct timerfd, timer);

	spin_lock(&timerfd->lock);
	catch_up(timerfd);
	rearm(timerfd);
	if (timerfd->expired)
		waitq_wake_all(&timerfd->wait);
	spin_unlock(&timerfd->lock);
}

// Returns the number of expirations since the last read, eight bytes; sleeps until there is one.
static ssize_t timerfd_read(struct file *file, struct uio *uio, uint64_t *pos)
{
	struct timerfd *timerfd = file->private;
	uint64_t expired;
	int error = 0;

	(void)pos;
	if (uio->left < sizeof(expired))
		return -EINVAL;
	spin_lock(&timerfd->lock);
	catch_up(timerfd);
	while (!timerfd->expired && !error) {
		if (file->flags & O_NONBLOCK)
			error = -EAGAIN;
		else if (waitq_sleep(&timerfd->wait, &timerfd->lock, WAIT_INTERRUPTIBLE,
		                     NO_DEADLINE))
			error = -ERESTARTSYS;
	}
	expired = timerfd->expired;
	if (!error) {
		timerfd->expired = 0;
		rearm(timerfd);
	}
	spin_unlock(&timerfd->lock);
	if (error)
		return error;
	return uio_put(uio, &expired, sizeof(expired)) ?: (ssize_t)sizeof(expired);
}

static unsigned int timerfd_poll(struct file *file, struct poll_table *table)
{
	struct timerfd *timerfd = file->private;
	unsigned int events;

	poll_wait(table, &timerfd->wait);
	spin_lock(&timerfd->lock);
	events = timerfd->expired ? POLLIN : 0;
	spin_unlock(&timerfd->lock);
	return events;
}

static struct timer_setting setting_of(const struct timerfd *timerfd);

// Write a time of `ns` as /proc/PID/fdinfo shows it.
static void describe_time(struct text_writer *writer, const char *name, uint64_t ns)
{
	char text[64];

	snprintf(text, sizeof(text), "%s: (%llu, %llu)\n", name, ns / NS_PER_SECOND,
	         ns % NS_PER_SECOND);
	writer->write(writer, text);
}

// As on Linux, a timer that has expired rests until that is read.
static void timerfd_describe(struct file *file, struct text_writer *writer)
{
	struct timerfd *timerfd = file->private;
	struct timer_setting setting;
	uint64_t expired;
	uint32_t flags;
	char text[80];

	spin_lock(&timerfd->lock);
	setting = setting_of(timerfd);
	expired = timerfd->expired;
	flags = timerfd->flags;
	spin_unlock(&timerfd->lock);
	if (expired)
		setting.value = 0;
	snprintf(text, sizeof(text), "clockid: %d\nticks: %llu\nsettime flags: 0%o\n",
	         timerfd->clock, expired, flags);
	writer->write(writer, text);
	describe_time(writer, "it_value", setting.value);
	describe_time(writer, "it_interval", setting.interval);
}

static void timerfd_release(struct file *file)
{
	struct timerfd *timerfd = file->private;

	timer_cancel(&timerfd->timer);
	kfree(timerfd);
}

static const struct file_ops timerfd_ops = {
	.kind = "[timerfd]",
	.read = timerfd_read,
	.lseek = anonymous_file_lseek,
	.poll = timerfd_poll,
	.describe = timerfd_describe,
	.release = timerfd_release,
};

bool file_is_timerfd(const struct file *file)
{
	return file->ops == &timerfd_ops;
}

int timerfd_create(int clock, bool realtime, uint32_t flags, struct file **store)
{
	struct timerfd *timerfd = kzalloc(sizeof(*timerfd));
	int error;

	assert_only_spinlock(NULL);
	if (!timerfd)
		return -ENOMEM;
	spin_init(&timerfd->lock, "timerfd", RANK_PIPE);
	timer_init(&timerfd->timer, fire);
	timerfd->clock = clock;
	timerfd->realtime = realtime;
	waitq_init(&timerfd->wait);
	error = anonymous_file_create(O_RDWR | flags, &timerfd_ops, timerfd, store);
	if (error)
		kfree(timerfd);
	return error;
}

// Returns the setting, as catch_up has left it. Caller: holds the lock.
static struct timer_setting setting_of(const struct timerfd *timerfd)
{
	uint64_t now = clock_ns();

	assert_spin_held(&timerfd->lock);
	return (struct timer_setting){
		.value = timerfd->deadline > now ? timerfd->deadline - now : timerfd->deadline != 0,
		.interval = timerfd->interval,
	};
}

// Set the deadline, interval and count of a timer whose setting is `setting`. A time of CLOCK_REALTIME
// may lie before the start of clock_ns(): the expirations up to that start are counted here. Caller:
// holds the lock.
static void begin(struct timerfd *timerfd, const struct timer_setting *setting, bool absolute)
{
	uint64_t now = clock_ns(), offset = timerfd->realtime ? clock_realtime_ns() - now : 0, late;

	assert_spin_held(&timerfd->lock);
	timerfd->expired = 0;
	timerfd->interval = setting->interval;
	timerfd->deadline = 0;
	if (setting->value && !absolute) {
		timerfd->deadline = now + setting->value;
	} else if (setting->value > offset) {
		timerfd->deadline = setting->value - offset;
	} else if (setting->value) {
		late = offset - setting->value;
		timerfd->expired = setting->interval ? late / setting->interval + 1 : 1;
		timerfd->deadline = timerfd->expired * setting->interval;
		timerfd->deadline -= setting->interval ? late : 0;
	}
}

void timerfd_set(struct file *file, const struct timer_setting *setting, uint32_t flags,
                 struct timer_setting *old)
{
	struct timerfd *timerfd = file->private;

	timer_cancel(&timerfd->timer);
	spin_lock(&timerfd->lock);
	catch_up(timerfd);
	*old = setting_of(timerfd);
	begin(timerfd, setting, flags & TFD_TIMER_ABSTIME);
	timerfd->flags = flags;
	catch_up(timerfd);
	rearm(timerfd);
	if (timerfd->expired)
		waitq_wake_all(&timerfd->wait);
	spin_unlock(&timerfd->lock);
}

struct timer_setting timerfd_get(struct file *file)
{
	struct timerfd *timerfd = file->private;
	struct timer_setting setting;

	spin_lock(&timerfd->lock);
	catch_up(timerfd);
	setting = setting_of(timerfd);
	spin_unlock(&timerfd->lock);
	return setting;
}
