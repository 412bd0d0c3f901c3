// What system this is.
#pragma once

#include <abi/utsname.h>

int uname(struct utsname *result);
