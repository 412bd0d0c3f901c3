// device.h: character devices: files in /dev that stand for a piece of code.
#pragma once

#include "fs/file.h"
#include <abi/device.h>

struct device {
	const char *name; // in /dev
	unsigned int major_number, minor_number;
	mode_t permissions;
	const struct file_ops *ops; // of its open files
	int (*open)(struct device *device,
	            struct file *file); // what else there is to do; NULL: nothing. 0 or -errno
	void *private;                  // what its files have in file->private
	struct list link;               // among all devices
};

// Make the device known, and its file in /dev. Panics where there is no memory: it is called at
// boot. The struct stays.
void device_register(struct device *device);

// Complete `file`, an open file of the device with this number. 0, -ENXIO where there is none, or
// what the device's open says.
int device_open(dev_t number, struct file *file);
