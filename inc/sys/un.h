// Addresses of AF_UNIX: struct sockaddr_un.
#pragma once

#include <abi/socket.h>
