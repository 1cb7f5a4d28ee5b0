/* C from its first line to main. */
#include <reent.h>
#include <stdlib.h>

#include "startup/boot.h"
#include "startup/console.h"
#include "startup/core.h"
#include "startup/cpu.h"
#include "startup/end.h"
#include "startup/memory.h"
#include "startup/ram.h"
#include "startup/runtime.h"

extern int main(int argc, char **argv);
extern void __libc_init_array(void);
extern void __libc_fini_array(void);
void start(void);
void start_on(void (*run)(void), uintptr_t main_stack, uintptr_t exception_stack) __attribute__((noreturn));

struct core cores[CORE_MAX];
static char command_line[1024];

const void *runtime_device_tree(void)
{
    return boot_info.device_tree_size ? (const void *)(uintptr_t)(DEVICE_TREE_VA + (boot_info.device_tree_pa & 4095))
                                      : NULL;
}

int cpu_count(void)
{
    static int count;

    if (!count)
        count = ram_core_count(runtime_device_tree());
    return count < CORE_MAX ? count : CORE_MAX;
}

int cpu_self(void)
{
    return (int)core_this()->number;
}

/* Cut a line into words, in place; at most size - 1 of them, and a NULL. */
static int split_words(char *line, char **words, int size)
{
    int count = 0;

    while (count < size - 1) {
        while (*line == ' ')
            *line++ = 0;
        if (!*line)
            break;
        words[count++] = line;
        while (*line && *line != ' ')
            line++;
    }
    words[count] = NULL;
    return count;
}

static void run_main(void)
{
    static char *argv[64];
    int argc;

    cpu_unmask();
    if (!semihosting_command_line(command_line, sizeof command_line))
        command_line[0] = 0;
    argc = split_words(command_line, argv, 64);
    atexit(__libc_fini_array);
    __libc_init_array();
    exit(main(argc, argv));
}

void start(void)
{
    struct core *core = core_this();

    core->reent = _GLOBAL_REENT;
    core->state = CORE_RUNNING;
    core->exception_stack_top = (uintptr_t)boot_exception_stack_top;
    console_start();
    memory_start();
    start_on(run_main, core->main_stack_top, core->exception_stack_top);
}
