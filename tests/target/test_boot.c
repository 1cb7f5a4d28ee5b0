/* What a program finds when main starts: the CPU's state, the address space, RAM, and newlib. */
#include <errno.h>
#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>

#include "iomem/port.h"
#include "mmu/mmu.h"
#include "startup/runtime.h"
#include "tests/target/at.h"
#include "tests/target/boot_state.h"
#include "tests/target/live.h"
#include "tests/target/machine.h"
#include "tests/target/tap.h"
#include "tests/target/touch.h"

static int constructed;

__attribute__((constructor)) static void construct(void)
{
    constructed = 42;
}

static void boot__runs_in_the_high_half(void)
{
    static int data;
    int on_stack;

    CHECK((uintptr_t)boot__runs_in_the_high_half >= live_root().va);
    CHECK((uintptr_t)&data >= live_root().va);
    CHECK((uintptr_t)&on_stack >= live_root().va);
    CHECK(boot_state_vectors() >= live_root().va);
}

static void address_0__is_never_mapped(void)
{
    CHECK_REFUSED(touch_read(0), FAULT_UNMAPPED);
    CHECK_REFUSED(touch_read(8), FAULT_UNMAPPED);
    CHECK_REFUSED(touch_read(0xfff), FAULT_UNMAPPED);
    CHECK_REFUSED(touch_write(0, 1), FAULT_UNMAPPED);
    CHECK_REFUSED(touch_execute(0), FAULT_UNMAPPED);
    CHECK_REFUSED(touch_read(0x7ffff000), FAULT_UNMAPPED);
    CHECK_EQ(at_translate(0, AT_EL1_READ).result, AT_TRANSLATION);
}

/* The stack that holds sp is mapped read and write, never executable, and ends in guards on both sides. */
static void check_stack(uint64_t sp)
{
    uint64_t low = sp & ~0xfffull, high = low;
    struct mmu_leaf below = {0}, above = {0};
    struct live_leaf page;

    while (at_translate(low - 4096, AT_EL1_READ).result == AT_OK && sp - low < 64 * MIB)
        low -= 4096;
    while (at_translate(high + 4096, AT_EL1_READ).result == AT_OK && high - sp < 64 * MIB)
        high += 4096;
    CHECK(high + 4096 - low >= 8192);
    CHECK_EQ(mmu_walk(mmu_kernel_space(), low - 1, &below), MMU_NOT_MAPPED);
    CHECK_EQ(below.tag, MMU_TAG_GUARD);
    CHECK_EQ(mmu_walk(mmu_kernel_space(), high + 4096, &above), MMU_NOT_MAPPED);
    CHECK_EQ(above.tag, MMU_TAG_GUARD);
    CHECK_REFUSED(touch_read(low - 1), FAULT_UNMAPPED);
    CHECK_REFUSED(touch_write(low - 4096, 0), FAULT_UNMAPPED);
    CHECK_REFUSED(touch_write(high + 4096, 0), FAULT_UNMAPPED);
    CHECK(live_find(sp & ~0xfffull, &page) && page.el1 == (LIVE_R | LIVE_W) && page.el0 == 0);
}

static void stacks__lie_between_guard_pages(void)
{
    uint64_t runtime, exceptions;

    boot_state_stacks(&runtime, &exceptions);
    CHECK((runtime ^ exceptions) > 0);
    check_stack(runtime);
    check_stack(exceptions - 16);
}

static volatile bool deeper = true;

static void overflow(void *depth)
{
    volatile char frame[1024];

    frame[0] = (char)(uintptr_t)depth;
    if (deeper)
        overflow((void *)((uintptr_t)depth + 1));
    frame[1] = frame[0]; /* so that the call is none at the tail */
}

static void stack_overflow__is_a_fault_that_can_be_survived(void)
{
    struct fault fault = {0};
    struct mmu_leaf leaf = {0};

    for (int i = 0; i < 3; i++) {
        CHECK(!fault_try(overflow, NULL, &fault));
        CHECK_EQ(fault.verdict, FAULT_UNMAPPED);
        CHECK_EQ(mmu_walk(mmu_kernel_space(), fault.va, &leaf), MMU_NOT_MAPPED);
        CHECK_EQ(leaf.tag, MMU_TAG_GUARD);
    }
}

static bool enabled(const void *tree, int node)
{
    const char *status = fdt_getprop(tree, node, "status", NULL);

    return !status || strcmp(status, "okay") == 0;
}

/*
 * RAM's banks, as a judge of the runtime's own list: those of the device tree, or what QEMU's model is known to have,
 * as far as the runtime goes.
 */
struct ram {
    struct board_range banks[MACHINE_BANKS];
    unsigned count;
    uint64_t total;
};

static void add_bank(struct ram *ram, uint64_t pa, uint64_t size)
{
    if (!size || pa >= machine_ram_limit() || !CHECK(ram->count < MACHINE_BANKS))
        return;
    if (size > machine_ram_limit() - pa)
        size = machine_ram_limit() - pa;
    ram->banks[ram->count++] = (struct board_range){pa, size};
    ram->total += size;
}

/* Secure RAM is "disabled". */
static uint64_t number(const fdt32_t *cells, int count)
{
    return count == 2 ? (uint64_t)fdt32_to_cpu(cells[0]) << 32 | fdt32_to_cpu(cells[1]) : fdt32_to_cpu(cells[0]);
}

/* An address and a size have one cell each, or two. */
static void read_tree(struct ram *ram, const void *tree)
{
    int node = fdt_node_offset_by_prop_value(tree, -1, "device_type", "memory", 7);
    int addresses = fdt_address_cells(tree, 0), sizes = fdt_size_cells(tree, 0), entry = addresses + sizes;

    while (node >= 0) {
        int bytes = 0;
        const fdt32_t *reg = fdt_getprop(tree, node, "reg", &bytes);

        for (int i = 0; reg && enabled(tree, node) && i + entry <= bytes / 4; i += entry)
            add_bank(ram, number(&reg[i], addresses), number(&reg[i + addresses], sizes));
        node = fdt_node_offset_by_prop_value(tree, node, "device_type", "memory", 7);
    }
}

static struct ram known_ram(void)
{
    struct ram ram = {.count = 0};

    if (runtime_device_tree())
        read_tree(&ram, runtime_device_tree());
    else
        for (int i = 0; i < MACHINE_BANKS; i++)
            add_bank(&ram, machine()->banks[i].pa, machine()->banks[i].size);
    return ram;
}

static void ram__is_counted(void)
{
    struct ram ram = known_ram();
    struct frame_stats stats;
    uint64_t last = 0;

    frame_get_stats(&stats);
    CHECK(ram.total >= 64 * MIB);
    CHECK(stats.total <= ram.total && stats.total >= ram.total / 10 * 9);
    CHECK(stats.free < stats.total && stats.free >= stats.total / 10 * 8);
    CHECK(stats.largest_run <= stats.free && stats.largest_run >= 16 * MIB);
    CHECK_EQ((stats.total | stats.free | stats.largest_run) & 0xfff, 0);
    for (unsigned i = 0; i < ram.count; i++) {
        uint64_t first = ram.banks[i].pa, size = ram.banks[i].size;

        last = first + size - 1 > last ? first + size - 1 : last;
        CHECK(port_is_ram(first, size));
        CHECK(!port_is_ram(first - 1, 1) && !port_is_ram(first + size, 1) && !port_is_ram(first, size + 1));
    }
    CHECK_EQ(port_ram_last(), last);
}

static void check_edges(uint64_t base, const struct board_range *bank)
{
    uint64_t after = base + bank->pa + bank->size;

    CHECK(at_agrees(at_translate(base + bank->pa, AT_EL1_READ), bank->pa, 0xff));
    CHECK_EQ(at_translate(after, AT_EL1_READ).result, AT_TRANSLATION);
    CHECK_REFUSED(touch_read(after), FAULT_UNMAPPED);
    if (!bank->pa)
        return;
    CHECK_EQ(at_translate(base + bank->pa - 1, AT_EL1_READ).result, AT_TRANSLATION);
    CHECK_REFUSED(touch_read(base + bank->pa - 1), FAULT_UNMAPPED);
}

static void linear_map__shows_ram_and_nothing_else(void)
{
    struct ram ram = known_ram();
    uint64_t base = (uintptr_t)port_linear(port_ram_last()) - port_ram_last();
    uint64_t frame = port_frame_alloc(4096, 4096, UINT64_MAX);

    CHECK_EQ(base & 0xfff, 0);
    CHECK_EQ(at_translate(base + UART_PA, AT_EL1_READ).result, AT_TRANSLATION); /* a device is no RAM */
    for (unsigned i = 0; i < ram.count; i++)
        check_edges(base, &ram.banks[i]);
    if (CHECK(frame != PORT_NO_FRAME)) {
        CHECK(frame != 0);
        CHECK(at_agrees(at_translate(base + frame, AT_EL1_WRITE), frame, 0xff));
        CHECK_REFUSED(touch_execute(base + frame), FAULT_PERMISSION);
        port_frame_free(frame, 4096);
    }
}

static void malloc__grows_the_heap_and_gives_it_back(void)
{
    struct frame_stats before, during, after;
    size_t size = 24 * MIB;

    free(malloc(64 * 1024));
    frame_get_stats(&before);
    char *memory = malloc(size);
    if (!CHECK(memory != NULL))
        return;
    memset(memory, 0xa5, size);
    CHECK_EQ((uintptr_t)memory % 16, 0);
    CHECK(memory[0] == (char)0xa5 && memory[size - 1] == (char)0xa5);
    frame_get_stats(&during);
    CHECK(before.free - during.free >= size);
    free(memory);
    frame_get_stats(&after);
    CHECK(after.free + MIB >= before.free); /* tables and a little slack may stay */
}

static void malloc__refuses_more_than_there_is(void)
{
    struct frame_stats before, after;
    /* Hidden from the compiler, which knows that such a size cannot be. */
    volatile size_t size = (size_t)-1 / 8;

    frame_get_stats(&before);
    errno = 0;
    char *memory = malloc(size);
    CHECK(memory == NULL);
    CHECK_EQ(errno, ENOMEM);
    frame_get_stats(&after);
    CHECK_EQ(after.free, before.free);
    free(memory);
    memory = malloc(1000);
    CHECK(memory != NULL);
    free(memory);
}

static void newlib__formats_and_reads_floats(void)
{
    char text[64];
    float number = 0;

    snprintf(text, sizeof text, "%.3f %g %e %a", 3.14159, 1e-10, 12345.678, 1.0);
    CHECK(strcmp(text, "3.142 1e-10 1.234568e+04 0x1p+0") == 0);
    CHECK_EQ(sscanf("2.5e3", "%f", &number), 1);
    CHECK(number == 2500.0f);
    CHECK(strtod("-0.125", NULL) == -0.125);
    snprintf(text, sizeof text, "%llx %zu %jd", 0x123456789abcdefull, (size_t)42, (intmax_t)-1);
    CHECK(strcmp(text, "123456789abcdef 42 -1") == 0);
}

static void clock__advances_at_the_timers_pace(void)
{
    struct timeval start, now;
    clock_t ticks = clock();

    CHECK(ticks != (clock_t)-1);
    CHECK_EQ(gettimeofday(&start, NULL), 0);
    uint64_t count = boot_state_timer();
    while (boot_state_timer() - count < boot_state_timer_frequency() / 20)
        ;
    CHECK_EQ(gettimeofday(&now, NULL), 0);
    int64_t micro = (now.tv_sec - start.tv_sec) * 1000000 + (now.tv_usec - start.tv_usec);
    CHECK(micro >= 50000 && micro < 2000000);
    CHECK((uint64_t)(clock() - ticks) >= CLOCKS_PER_SEC / 20);
}

static void constructors__run_before_main(void)
{
    CHECK_EQ(constructed, 42);
}

static void cores__are_counted_and_this_is_the_first(void)
{
    CHECK(cpu_count() >= 1 && cpu_count() <= 8);
    CHECK_EQ(cpu_self(), 0);
}

static void device_tree__is_mapped_read_only(void)
{
    const void *tree = runtime_device_tree();

    if (!CHECK(tree != NULL || machine()->banks[0].size))
        return;
    if (tree == NULL)
        return;
    CHECK_EQ(fdt_check_header(tree), 0);
    CHECK_REFUSED(touch_write((uintptr_t)tree, 0), FAULT_PERMISSION);
    CHECK_REFUSED(touch_execute((uintptr_t)tree), FAULT_PERMISSION);
}

int main(void)
{
    boot_state_run();
    TAP_RUN(boot__runs_in_the_high_half);
    TAP_RUN(address_0__is_never_mapped);
    TAP_RUN(stacks__lie_between_guard_pages);
    TAP_RUN(stack_overflow__is_a_fault_that_can_be_survived);
    TAP_RUN(ram__is_counted);
    TAP_RUN(linear_map__shows_ram_and_nothing_else);
    TAP_RUN(malloc__grows_the_heap_and_gives_it_back);
    TAP_RUN(malloc__refuses_more_than_there_is);
    TAP_RUN(newlib__formats_and_reads_floats);
    TAP_RUN(clock__advances_at_the_timers_pace);
    TAP_RUN(constructors__run_before_main);
    TAP_RUN(cores__are_counted_and_this_is_the_first);
    TAP_RUN(device_tree__is_mapped_read_only);
    return tap_done();
}
