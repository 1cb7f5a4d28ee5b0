/* The allocator of RAM frames, against an owner a page. */
#include "startup/frames.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/host/check.h"

#define PAGE      ((uint64_t)PORT_PAGE_SIZE)
#define BANKS     3
#define PAGES_MAX 1000

static const struct frame_range banks[BANKS] = {
    {UINT64_C(0x40000000), UINT64_C(0x40000000) + 100 * PORT_PAGE_SIZE},
    {UINT64_C(0x50001000), UINT64_C(0x50001000) + 777 * PORT_PAGE_SIZE},
    {UINT64_C(0x100000000), UINT64_C(0x100000000) + 320 * PORT_PAGE_SIZE},
};
static uint8_t owner[BANKS][PAGES_MAX];
static void *metadata;
static uint64_t random_state;

static uint64_t below(uint64_t limit)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state % limit;
}

static size_t pages(unsigned bank)
{
    return (size_t)((banks[bank].end - banks[bank].start) / PAGE);
}

static int fresh(void **state)
{
    (void)state;
    random_state = 4711;
    memset(owner, PORT_OWNER_FREE, sizeof owner);
    metadata = aligned_alloc(PORT_PAGE_SIZE, frames_metadata_size(banks, BANKS));
    if (!metadata)
        return -1;
    memset(metadata, 0xa5, frames_metadata_size(banks, BANKS));
    frames_init(banks, BANKS, metadata);
    return 0;
}

static int done(void **state)
{
    (void)state;
    free(metadata);
    return 0;
}

static bool run_fits(unsigned bank, size_t page, size_t count, uint64_t align)
{
    if ((banks[bank].start + page * PAGE) % align || page + count > pages(bank))
        return false;
    for (size_t i = page; i < page + count; i++)
        if (owner[bank][i] != PORT_OWNER_FREE)
            return false;
    return true;
}

/* The lowest run there is from min_pa to max_pa. */
static uint64_t due(size_t count, uint64_t align, uint64_t min_pa, uint64_t max_pa)
{
    for (unsigned bank = 0; bank < BANKS; bank++)
        for (size_t page = 0; page < pages(bank); page++) {
            uint64_t pa = banks[bank].start + page * PAGE;

            if (pa >= min_pa && pa + count * PAGE - 1 <= max_pa && run_fits(bank, page, count, align))
                return pa;
        }
    return PORT_NO_FRAME;
}

static uint64_t alloc_somewhere(size_t count, uint64_t align)
{
    uint64_t max_pa = below(4) ? UINT64_MAX : banks[below(BANKS)].start + below(800) * PAGE - below(2);
    uint64_t pa = due(count, align, 0, max_pa);

    assert_int_equal(frame_alloc(count * PAGE - below(PAGE), align, max_pa, PORT_OWNER_IOMEM), pa);
    return pa;
}

static uint64_t alloc_in_range(size_t count, uint64_t align)
{
    uint64_t start = banks[below(BANKS)].start + below(900) * PAGE - 10 * PAGE;
    struct frame_range range = {start, start + (1 + below(300)) * PAGE};
    uint64_t pa = due(count, align, range.start, range.end - 1);

    assert_int_equal(frame_alloc_in(&range, count * PAGE - below(PAGE), align, PORT_OWNER_IOMEM), pa);
    return pa;
}

static void own(uint64_t pa, size_t count, uint8_t by)
{
    for (unsigned bank = 0; bank < BANKS; bank++)
        for (size_t i = 0; i < pages(bank); i++)
            if (banks[bank].start + i * PAGE >= pa && banks[bank].start + i * PAGE < pa + count * PAGE)
                owner[bank][i] = by;
}

static void check(void)
{
    struct frame_stats stats, is = {0};

    for (unsigned bank = 0; bank < BANKS; bank++)
        for (size_t i = 0, run = 0; i < pages(bank); i++) {
            const struct port_frame *frame = frame_record(banks[bank].start + i * PAGE + below(PAGE));

            assert_non_null(frame);
            assert_int_equal(frame->owner, owner[bank][i]);
            run = owner[bank][i] == PORT_OWNER_FREE ? run + 1 : 0;
            is.free += run ? PAGE : 0;
            is.total += PAGE;
            is.largest_run = run * PAGE > is.largest_run ? run * PAGE : is.largest_run;
        }
    frame_get_stats(&stats);
    assert_int_equal(stats.total, is.total);
    assert_int_equal(stats.free, is.free);
    assert_int_equal(stats.largest_run, is.largest_run);
}

static void alloc__gives_the_lowest_run_that_fits(void **state)
{
    (void)state;
    for (unsigned op = 0; op < 20000; op++) {
        size_t count = 1 + (size_t)below(below(8) ? 6 : 200);
        uint64_t align = UINT64_C(1) << (below(3) ? 12 : 10 + below(10));

        if (below(2)) {
            uint64_t pa = below(2) ? alloc_somewhere(count, align) : alloc_in_range(count, align);

            if (pa != PORT_NO_FRAME)
                own(pa, count, PORT_OWNER_IOMEM);
        } else { /* free a part of whatever is there */
            unsigned bank = (unsigned)below(BANKS);
            size_t first = (size_t)below(pages(bank)), end = first;

            while (end < pages(bank) && end - first < count && owner[bank][end] == PORT_OWNER_IOMEM)
                end++;
            if (end > first) {
                frame_free(banks[bank].start + first * PAGE, (end - first) * PAGE);
                own(banks[bank].start + first * PAGE, end - first, PORT_OWNER_FREE);
            }
        }
        if (op % 64 == 0)
            check();
    }
}

static void nothing__is_lost(void **state)
{
    struct frame_stats before, after;
    size_t got = 0;

    (void)state;
    frame_get_stats(&before);
    while (frame_alloc(PAGE, PAGE, UINT64_MAX, PORT_OWNER_RUNTIME) != PORT_NO_FRAME)
        got++;
    assert_int_equal(got * PAGE, before.total);
    for (unsigned bank = 0; bank < BANKS; bank++)
        frame_free(banks[bank].start, banks[bank].end - banks[bank].start);
    frame_get_stats(&after);
    assert_memory_equal(&before, &after, sizeof before);
    for (unsigned bank = 0; bank < BANKS; bank++)
        assert_int_equal(frame_alloc(pages(bank) * PAGE, 1, banks[bank].end - 1, PORT_OWNER_IOMEM),
                         pages(bank) == 777 ? banks[1].start : banks[bank].start);
}

static void runs__never_span_banks_or_the_impossible(void **state)
{
    (void)state;
    assert_int_equal(frame_alloc(0, PAGE, UINT64_MAX, PORT_OWNER_IOMEM), PORT_NO_FRAME);
    assert_int_equal(frame_alloc(778 * PAGE, PAGE, UINT64_MAX, PORT_OWNER_IOMEM), PORT_NO_FRAME);
    assert_int_equal(frame_alloc(UINT64_MAX, PAGE, UINT64_MAX, PORT_OWNER_IOMEM), PORT_NO_FRAME);
    assert_int_equal(frame_alloc(PAGE, PAGE, banks[0].start + PAGE - 2, PORT_OWNER_IOMEM), PORT_NO_FRAME);
    assert_int_equal(frame_alloc(PAGE, PAGE, banks[0].start + PAGE - 1, PORT_OWNER_IOMEM), banks[0].start);
    assert_int_equal(frame_alloc(PAGE, UINT64_C(1) << 33, UINT64_MAX, PORT_OWNER_IOMEM), PORT_NO_FRAME);
    assert_int_equal(frame_alloc(PAGE, UINT64_C(1) << 32, UINT64_MAX, PORT_OWNER_IOMEM), banks[2].start);
    assert_null(frame_record(banks[0].end));
    assert_null(frame_record(banks[1].start - 1));
    assert_null(frame_record(0));
}

static void reserve__takes_whatever_part_is_ram(void **state)
{
    const struct frame_range ranges[] = {
        {0, banks[0].start + 3 * PAGE},
        {banks[0].end - 1, banks[1].start + 1},
        {banks[0].start + 1 * PAGE, banks[0].start + 5 * PAGE}, /* over what is reserved already */
        {banks[1].start + 70 * PAGE, banks[1].start + 70 * PAGE},
        {banks[1].start + 64 * PAGE, banks[1].start + 192 * PAGE},
        {banks[2].start + 300 * PAGE, UINT64_MAX},
    };

    (void)state;
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++)
        frames_reserve(&ranges[i]);
    own(banks[0].start, 5, PORT_OWNER_RUNTIME);
    own(banks[0].end - PAGE, 1, PORT_OWNER_RUNTIME);
    own(banks[1].start, 1, PORT_OWNER_RUNTIME);
    own(banks[1].start + 64 * PAGE, 128, PORT_OWNER_RUNTIME);
    own(banks[2].start + 300 * PAGE, 20, PORT_OWNER_RUNTIME);
    check();
}

static bool dies(uint64_t pa, uint64_t size)
{
    int status = 0;
    pid_t child = fork();

    if (child == 0) {
        if (!freopen("/dev/null", "w", stderr))
            _exit(0);
        frame_free(pa, size);
        _exit(0);
    }
    waitpid(child, &status, 0);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

static void free__asserts_on_what_was_not_allocated(void **state)
{
    uint64_t pa = frame_alloc(3 * PAGE, PAGE, UINT64_MAX, PORT_OWNER_IOMEM);

    (void)state;
    assert_true(dies(pa + 3 * PAGE, PAGE));
    assert_true(dies(pa, 4 * PAGE));
    assert_true(dies(banks[0].end, PAGE));
    assert_true(dies(banks[0].end - PAGE, 2 * PAGE));
    assert_true(dies(pa + 1, PAGE));
    assert_false(dies(pa, 3 * PAGE));
}

/* Frames that a program has described by their addresses, and given a mode. */
static void alloc__passes_by_frames_that_have_a_mode(void **state)
{
    (void)state;
    frame_record(banks[0].start)->mode = 1;
    frame_record(banks[0].start + PAGE)->mode = 1;
    frame_record(banks[0].start + 4 * PAGE)->mode = 1;
    assert_int_equal(frame_alloc(PAGE, PAGE, UINT64_MAX, PORT_OWNER_IOMEM), banks[0].start + 2 * PAGE);
    frame_record(banks[0].start)->mode = 0;
    assert_int_equal(frame_alloc(1, 1, UINT64_MAX, PORT_OWNER_IOMEM), banks[0].start);
    assert_int_equal(frame_alloc(PAGE, PAGE, banks[0].start + 4 * PAGE - 1, PORT_OWNER_IOMEM),
                     banks[0].start + 3 * PAGE);
    assert_int_equal(frame_alloc(PAGE, PAGE, banks[0].start + 6 * PAGE - 2, PORT_OWNER_IOMEM), PORT_NO_FRAME);
    assert_int_equal(frame_alloc(PAGE, PAGE, banks[0].start + 6 * PAGE - 1, PORT_OWNER_IOMEM),
                     banks[0].start + 5 * PAGE);
    assert_int_equal(frame_record(banks[0].start)->owner, PORT_OWNER_IOMEM);
    assert_int_equal(frame_record(banks[0].start + PAGE)->owner, PORT_OWNER_FREE);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, fresh, done)
    const struct CMUnitTest tests[] = {
        CASE(alloc__gives_the_lowest_run_that_fits),    CASE(nothing__is_lost),
        CASE(runs__never_span_banks_or_the_impossible), CASE(reserve__takes_whatever_part_is_ram),
        CASE(free__asserts_on_what_was_not_allocated),  CASE(alloc__passes_by_frames_that_have_a_mode),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
