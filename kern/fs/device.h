// device.h: character devices: files in /dev whose operations are functions of the kernel.
#pragma once

#include "fs/file.h"
#include <abi/device.h>

struct device {
	const char *name; // its file is /dev/NAME; NULL: it has none
	unsigned int major_number, minor_number;
	unsigned int minor_more; // how many numbers after minor_number are its own, too
	mode_t permissions;
	const struct file_ops *ops; // the operations of its open files

	// Complete an open file; ops and private are set. Called with no lock held; may sleep.
	// Returns 0 or -errno. May be NULL.
	int (*open)(struct device *device, struct file *file);

	void *private;    // the `private` of its open files
	struct list link; // in the list of all devices
};

// Register the device, and create its file in /dev unless it has no name: a character device with
// its first number, of root. The name has at most 26 bytes. *device must stay valid for ever; of
// two devices with one number the first one registered is opened. Called at boot, with no lock
// held; sleeps and yields. Panics if out of memory, or if /dev has the name already.
void device_register(struct device *device);

// Complete `file`, an open file of the device with this number: set its ops and private, and call
// the device's open operation, which may sleep. Caller: holds no lock. Returns 0; -ENXIO if there
// is no such device; else a negative errno of the device's open operation (-ENOMEM, or -ENXIO
// without a controlling terminal). After an error the caller frees `file`, whose ops may be set,
// without calling its release operation.
int device_open(dev_t number, struct file *file);
