#include "startup/access.h"

#include "startup/boot.h"
#include "startup/layout.h"

/* A device reads and writes it past the caches: no line of it is anybody else's. 128 is the longest line there is. */
static unsigned char buffer[BOARD_BUFFER_SIZE] __attribute__((aligned(128)));

struct board_access access_lend(void)
{
    return (struct board_access){
        .registers = CONSOLE_VA,
        .buffer = buffer,
        .buffer_pa = boot_image_pa(buffer),
    };
}
