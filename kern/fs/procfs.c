#include "fs/procfs.h"
void procfs_init(void)
{
}
