// job_control.h: connects terminals, pipes and files with processes, which they know nothing of.
#pragma once

// Register the hooks of tty/ and fs/. Once, at boot.
void terminal_init(void);
