#include "tests/host/port_host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "iomem/IOMapper.h"
#include "iomem/map.h"
#include "mmu/cache.h"
#include "mmu/mmu.h"
#include "mmu/space.h"
#include "startup/frames.h"
#include "tests/host/model.h"

#define LINEAR  UINT64_C(0x200000000000)
#define RAM_END (HOST_RAM2 + HOST_RAM2_SIZE)
#define SCRATCH (UINT64_C(1) << 20) /* of the window: really there, for accesses by IOMapped's slots */

static const struct frame_range banks[] = {
    {HOST_RAM, HOST_RAM + HOST_RAM_SIZE},
    {HOST_RAM2, RAM_END},
};

size_t host_logs;
int host_core;
uint64_t host_cleaned;
void (*host_on_clean)(void);
port_abort_handler host_abort_handler;
static struct mmu_space kernel;
static void *metadata;
static size_t allocations;
static long fail_alloc = -1, fail_frames = -1;
static jmp_buf *panic_landing;
static const char *panic_message;
static struct host_holdings at_open;

struct mmu_space *mmu_kernel_space(void)
{
    return &kernel;
}

static bool fails(long *count)
{
    return *count >= 0 && (*count)-- == 0;
}

void *port_alloc(size_t size)
{
    void *memory = fails(&fail_alloc) ? NULL : calloc(1, size ? size : 1);

    allocations += memory != NULL;
    return memory;
}

void port_free(void *memory)
{
    allocations -= memory != NULL;
    free(memory);
}

struct port_frame *port_frame(uint64_t pa)
{
    return frame_record(pa);
}

/* HOST_NOBODYS stays out of every allocation: it is where tests describe RAM that is nobody's. */
uint64_t port_frame_alloc(uint64_t size, uint64_t align, uint64_t max_pa)
{
    uint64_t top = HOST_NOBODYS - 1;

    if (fails(&fail_frames))
        return PORT_NO_FRAME;
    return frame_alloc_hard(size, align, max_pa < top ? max_pa : top, PORT_OWNER_IOMEM);
}

/* A frame that goes back is write-back again, pinned by nobody and mapped by nobody. */
void port_frame_free(uint64_t pa, uint64_t size)
{
    for (uint64_t at = pa; at < pa + size; at += HOST_PAGE) {
        struct port_frame *frame = port_frame(at);
        struct mmu_leaf leaf;

        assert_non_null(frame);
        assert_int_equal(frame->mode, 0);
        assert_int_equal(frame->pins, 0);
        assert_int_equal(frame->owner, PORT_OWNER_IOMEM);
        assert_int_equal(mmu_walk(&kernel, LINEAR + at, &leaf), MMU_OK);
        assert_int_equal(leaf.attr, MMU_WRITEBACK | MMU_WRITE);
    }
    frame_free(pa, size);
}

bool port_is_ram(uint64_t pa, uint64_t size)
{
    for (size_t i = 0; i < 2; i++)
        if (pa >= banks[i].start && pa < banks[i].end)
            return size <= banks[i].end - pa;
    return false;
}

bool port_ram_run(uint64_t pa, uint64_t *size)
{
    uint64_t end = UINT64_MAX;
    bool inside = false;

    for (size_t i = 0; i < 2 && end == UINT64_MAX; i++) {
        inside = pa >= banks[i].start && pa < banks[i].end;
        end = inside ? banks[i].end : pa < banks[i].start ? banks[i].start : end;
    }
    *size = *size < end - pa ? *size : end - pa;
    return inside;
}

uint64_t port_ram_last(void)
{
    return RAM_END - 1;
}

void *port_linear(uint64_t pa)
{
    assert_true(port_is_ram(pa, 1));
    return (void *)(uintptr_t)(LINEAR + pa);
}

void port_window(uint64_t *min, uint64_t *max)
{
    *min = HOST_WINDOW;
    *max = HOST_WINDOW + HOST_WINDOW_SIZE;
}

int port_core(void)
{
    return host_core;
}

uintptr_t port_interrupts_mask(void)
{
    return 0;
}

void port_interrupts_restore(uintptr_t was)
{
    (void)was;
}

void port_panic(const char *message)
{
    if (!panic_landing) {
        fprintf(stderr, "panic: %s\n", message);
        abort();
    }
    panic_message = message;
    longjmp(*panic_landing, 1);
}

void port_log(const char *message)
{
    (void)message;
    host_logs++;
}

void port_set_abort_handler(port_abort_handler handler)
{
    host_abort_handler = handler;
}

/* Maintenance is by address: each page of the range has to be mapped, or a CPU would fault. */
static void maintain(const void *start, size_t size)
{
    uint64_t va = (uintptr_t)start, pa;

    for (uint64_t at = va & ~(HOST_PAGE - 1); at < va + size; at += HOST_PAGE)
        assert_int_equal(mmu_translate(&kernel, at, &pa), MMU_OK);
    host_cleaned += size;
}

void cache_clean(const void *va, size_t size)
{
    maintain(va, size);
}

void cache_invalidate(void *va, size_t size)
{
    maintain(va, size);
}

void cache_clean_invalidate(const void *va, size_t size)
{
    maintain(va, size);
    if (host_on_clean)
        host_on_clean();
}

static void reserve_host_memory(uint64_t va, uint64_t size)
{
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE | MAP_NORESERVE;
    void *memory = mmap((void *)(uintptr_t)va, size, PROT_READ | PROT_WRITE, flags, -1, 0);

    if (memory != (void *)(uintptr_t)va) {
        perror("the host has no memory where the tests want it");
        abort();
    }
}

static void open_kernel(void)
{
    struct model_space known = {.space = &kernel, .granule_bits = 12, .va_bits = 48};

    assert_int_equal(mmu_space_init(&kernel, &mmu_vmsa64_4k, 48, &model_backend, 0), MMU_OK);
    known.root = mmu_space_root(&kernel);
    model_adopt(&known);
    for (size_t i = 0; i < 2; i++) {
        uint64_t size = banks[i].end - banks[i].start;
        struct mmu_range range = {LINEAR + banks[i].start, banks[i].start, size, MMU_WRITEBACK | MMU_WRITE | MMU_PAGES};

        reserve_host_memory(range.va, size);
        assert_int_equal(mmu_map(&kernel, &range), MMU_OK);
    }
}

int host_open(void **state)
{
    struct model_config config = {.cores = 2, .seed = 6};
    struct frame_range runtime = {HOST_RUNTIME, HOST_RUNTIME + HOST_RUNTIME_SIZE};

    (void)state;
    model_start(&config);
    metadata = malloc(frames_metadata_size(banks, 2));
    frames_init(banks, 2, metadata);
    frames_reserve(&runtime);
    open_kernel();
    reserve_host_memory(HOST_WINDOW, SCRATCH);
    IOMappedRead8(HOST_DEVICE); /* takes the slots' addresses, which it keeps for ever: the first of the window */
    at_open = host_holdings();
    return 0;
}

int host_close(void **state)
{
    (void)state;
    host_defragment();
    host_expect_sound();
    host_expect_same(&at_open);
    model_forget(&kernel);
    mmu_space_release(&kernel);
    assert_int_equal(model_tables(), 0);
    model_stop();
    for (size_t i = 0; i < 2; i++)
        munmap((void *)(uintptr_t)(LINEAR + banks[i].start), banks[i].end - banks[i].start);
    munmap((void *)(uintptr_t)HOST_WINDOW, SCRATCH);
    free(metadata);
    return 0;
}

struct host_holdings host_holdings(void)
{
    struct host_holdings now = {.regions = kernel_task->regions.count};
    struct mmu_stats stats;

    map_drop_spares();
    mmu_get_stats(&kernel, &stats);
    now.allocations = allocations;
    now.tables = stats.tables;
    for (size_t i = 0; i < 2; i++)
        for (uint64_t pa = banks[i].start; pa < banks[i].end; pa += HOST_PAGE)
            now.frames += port_frame(pa)->owner == PORT_OWNER_IOMEM ? HOST_PAGE : 0;
    return now;
}

void host_expect_same(const struct host_holdings *before)
{
    struct host_holdings now = host_holdings();

    assert_int_equal(now.allocations, before->allocations);
    assert_int_equal(now.tables, before->tables);
    assert_int_equal(now.regions, before->regions);
    assert_int_equal(now.frames, before->frames);
}

void host_expect_sound(void)
{
    model_settle();
    model_audit();
    if (model_breaches())
        fail_msg("the model saw: %s", model_breach());
}

void host_fail_alloc(long count)
{
    fail_alloc = count;
}

void host_fail_frames(long count)
{
    fail_frames = count;
}

void host_fail_tables(long count)
{
    model_fail_after(count);
}

/* True when the allocation never came: run succeeded with all it needs. */
static bool fail_one(void (*fail_at)(long), long count, bool (*run)(void *), void *context)
{
    struct host_holdings before = host_holdings();
    bool done;

    fail_at(count);
    done = run(context);
    fail_at(-1);
    host_expect_same(&before);
    host_expect_sound();
    return done;
}

void host_fail_each(bool (*run)(void *), void *context)
{
    static void (*const kinds[])(long) = {host_fail_alloc, host_fail_frames, host_fail_tables};

    assert_true(run(context)); /* and warms up what is kept for ever */
    for (size_t kind = 0; kind < sizeof kinds / sizeof kinds[0]; kind++) {
        long count = 0;

        while (!fail_one(kinds[kind], count, run, context))
            assert_true(++count < 1000);
    }
}

const char *host_panic(void (*run)(void *), void *context)
{
    jmp_buf landing;

    panic_message = NULL;
    panic_landing = &landing;
    if (!setjmp(landing))
        run(context);
    panic_landing = NULL;
    return panic_message;
}

static struct mmu_leaf leaf_at(uint64_t va)
{
    struct mmu_leaf leaf;

    assert_int_equal(mmu_walk(&kernel, va, &leaf), MMU_OK);
    return leaf;
}

uint32_t host_attr(uint64_t va)
{
    return leaf_at(va).attr;
}

uint64_t host_pa(uint64_t va)
{
    return leaf_at(va).pa;
}

uint64_t host_linear(uint64_t pa)
{
    return (uintptr_t)port_linear(pa);
}

uint32_t host_linear_type(uint64_t pa)
{
    return host_attr(host_linear(pa)) & MMU_TYPE_MASK;
}
