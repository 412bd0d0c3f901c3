// job_control.h: what terminals and pipes need to know of processes.
#pragma once

// Register it with fs/. Once, at boot.
void terminal_init(void);
