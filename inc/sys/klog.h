// The kernel's log.
#pragma once

int klogctl(int action, char *buffer, int size);
