// What set_thread_area takes.
#pragma once

#include <abi/ldt.h>
