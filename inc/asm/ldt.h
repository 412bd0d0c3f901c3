// The argument of set_thread_area.
#pragma once

#include <abi/ldt.h>
