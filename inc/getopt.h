// Options from a program's arguments; only single letters.
#pragma once

#include <unistd.h>
