// job_control.h: connects terminals, pipes and files with processes, which they know nothing of.
#pragma once

// Register the hooks of tty/ and fs/: tty_hooks, sigpipe_hook, size_limit_hook. Once, at boot.
void terminal_init(void);
