// device.c: the list of devices.
#include "fs/device.h"

#include "fs/inode.h"
#include "fs/name_changes.h"
#include <stdio.h>

// The list only grows, and only at boot, so it is read without a lock.
static struct list devices = LIST_INIT(devices);

void device_register(struct device *device)
{
	char path[32];
	struct inode *inode;
	int error;

	list_add_tail(&devices, &device->link);
	if (!device->name)
		return;
	inode = inode_create(S_IFCHR | device->permissions, VOLUME_TREE, NULL);
	snprintf(path, sizeof(path), "/dev/%s", device->name);
	if (!inode)
		panic("device_register: no memory for %s", path);
	inode->rdev = makedev(device->major_number, device->minor_number);
	error = names_place(path, inode);
	if (error)
		panic("device_register: cannot make %s: error %d", path, -error);
	inode_put(inode);
}

int device_open(dev_t number, struct file *file)
{
	struct device *device;

	assert_no_lock();
	list_for_each(device, &devices, link) {
		if (major(number) != device->major_number ||
		    minor(number) - device->minor_number > device->minor_more)
			continue;
		file->ops = device->ops;
		file->private = device->private;
		return device->open ? device->open(device, file) : 0;
	}
	return -ENXIO;
}
