/*
 * The tour: what a translation table is for, shown on the machine it runs on. It maps the devices
 * and some RAM, reads every mapping back from the live tables, and has the CPU confirm each page.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>

#include "apps/tour/at.h"
#include "apps/tour/devices.h"
#include "apps/tour/lines.h"
#include "apps/tour/memory.h"
#include "apps/tour/table.h"
#include "apps/tour/tour.h"
#include "boards/board.h"
#include "startup/layout.h"
#include "startup/runtime.h"

static void heading(const char *text)
{
    printf("\n%s\n", text);
}

static void welcome(void)
{
    struct frame_stats ram;

    frame_get_stats(&ram);
    puts("iomem: a tour of mapped memory");
    puts("==============================");
    printf("%s; %d core%s at EL%" PRIu64 "; %" PRIu64 "M of RAM\n\n", devices_machine(), cpu_count(),
           cpu_count() == 1 ? "" : "s", at_exception_level(), ram.total / (1024 * 1024));
    puts("A program on this CPU never names memory or a device directly: it uses virtual addresses, and translation");
    puts("tables say where each page of them leads and how it may be used. iomem keeps those tables. Below, it maps");
    puts("devices and RAM, reads every mapping back from the tables, and asks the CPU whether that is the truth.");
}

static unsigned show_table(void)
{
    unsigned count = 0;
    uint64_t pages = 0;

    heading("3. All of these mappings, as the translation tables hold them");
    unsigned disagreements = table_print_all(&count, &pages);
    if (disagreements)
        printf("AT, the CPU's own translation, DISAGREES with %u of %u mappings.\n", disagreements, count);
    else
        printf("AT, the CPU's own translation, agrees with all %u mappings, page by page: %" PRIu64 " pages.\n", count,
               pages);
    puts(
        "(MAIR is the byte by which the CPU knows the memory's type: 00..0c device, 44 not cached, bb and ff cached.)");
    return disagreements;
}

static unsigned tour(void)
{
    unsigned wrong = 0;

    welcome();
    printf("\n1. Devices: %s, mapped, and asked who they are\n", devices_source());
    wrong += devices_show();
    heading("2. RAM: buffers in every cache mode, pages that lie scattered, and two buffers behind one address");
    wrong += memory_show_buffers();
    wrong += memory_show_scattered();
    wrong += memory_show_redirect();
    wrong += show_table();
    heading("4. One fault, on purpose");
    wrong += !fault_show();
    heading("5. What it took");
    stats_print();
    if (wrong)
        printf("\nThe tour is over: %u thing%s WENT WRONG, see above.\n", wrong, wrong == 1 ? "" : "s");
    else
        puts("\nThe tour is over: every mapping leads where it should.");
    return wrong;
}

static bool has_word(int argc, char **argv, const char *word)
{
    for (int i = 0; i < argc; i++)
        if (strcmp(argv[i], word) == 0)
            return true;
    return false;
}

/* A real board has no command line that says whether somebody is there: a key on the serial console does. */
static bool key_is_pressed(void)
{
    enum { SECONDS = 5 };
    struct timeval now, end;

    printf("\nPress a key for the monitor. In %d seconds the board is turned off.\n", SECONDS);
    gettimeofday(&end, NULL);
    end.tv_sec += SECONDS;
    do {
        if (board.console->getc((uintptr_t)CONSOLE_VA) >= 0)
            return true;
        gettimeofday(&now, NULL);
    } while (timercmp(&now, &end, <));
    return false;
}

int main(int argc, char **argv)
{
    int status = tour() ? 1 : 0;

    if (argc == 0 ? key_is_pressed() : has_word(argc, argv, "monitor=1"))
        status = monitor_run();
    lines_remove_all();
    memory_release();
    return status;
}
