// linux/userfaultfd.h: Linux's name of the header.
#pragma once

#include <abi/userfaultfd.h>
