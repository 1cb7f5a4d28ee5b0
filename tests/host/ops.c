#include "tests/host/ops_inner.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include "mmu/space.h"

static jmp_buf give_up;
static char message[400];

void wrong(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    longjmp(give_up, 1);
}

/* ---- one operation, one sequence ------------------------------------------------------------------------------------
 */

struct flat call_target(const struct call *call, uint64_t off)
{
    struct flat to = flat_at(off);

    if (off - call->off >= call->to.size || call->keeps_all)
        return to;
    if (call->keeps_pa) {
        to.attr = call->to.attr;
    } else if (call->pages) {
        to = call->to;
        to.pa = call->pages[(off - call->off) / page()] + off % page();
    } else {
        to = call->to;
        if (to.mapped)
            to.pa += off - call->off;
    }
    return to;
}

static void apply_pages(const struct call *call)
{
    struct flat to = call->to;

    for (to.size = page(); to.off < call->off + call->size; to.off += page()) {
        to.pa = call->pages[(to.off - call->off) / page()];
        flat_set(&to);
    }
}

static void apply(const struct call *call)
{
    if (!call->to.size)
        return;
    if (call->pages)
        apply_pages(call);
    else if (call->keeps_pa)
        flat_set_attr(call->off, call->size, call->to.attr);
    else
        flat_set(&call->to);
}

static void seen(void *context, uint64_t va, const struct judge_leaf *leaf)
{
    check_seen(context, va - at(0), leaf);
}

/* Cores touch the range while it changes, and now and then what lies around it. */
static void watch(struct call *call)
{
    uint64_t from = call->off, end = call->off + call->size, around = table_span();
    struct model_watch it = {.space = world_space, .rate = 16, .check = seen, .context = call};

    if (call->bytes[MANNER] & AROUND) {
        from = from > around ? from - around : 0;
        end = space_size() - end > around ? end + around : space_size();
    }
    it.va = at(from);
    it.size = end - from;
    model_watch(&it);
}

/* How far the leaf or group reaches that holds off: what a change inside it may have to break. */
static struct flat reach(uint64_t off)
{
    struct judge_regime regime = model_regime(world_space);
    struct judge_leaf leaf = judge_walk(&regime, at(off));
    uint64_t size = leaf.size * (leaf.contiguous ? judge_group(&regime, leaf.level) : 1);

    return (struct flat){.off = off & ~(size - 1), .size = size};
}

/* Something that the call may have to break is not to be broken. */
static bool may_be_busy(const struct call *call)
{
    struct flat first = reach(call->off), last = reach(call->off + call->size - 1);

    return any_kept(first.off, last.off + last.size);
}

static void check_after(const struct call *call)
{
    uint64_t end = call->off + call->size;

    check_byte(call->off);
    check_byte(end - 1);
    check_byte(call->off + model_random() % call->size);
    if (call->off)
        check_byte(call->off - 1);
    if (end < space_size())
        check_byte(end);
    check_byte(model_random() % space_size());
}

static void say(const struct operation *operation, const struct call *call, int err)
{
    fprintf(stderr, "#   %s offset %" PRIx64 " size %" PRIx64 " attr %x pa %" PRIx64 " tag %u%s: %d\n", operation->name,
            call->off, call->size, call->to.attr, call->to.pa, call->to.tag, call->starved ? ", starved" : "", err);
}

static int run_change(const struct operation *operation, struct call *call)
{
    int due = operation->due(call), err;
    bool busy = operation->wants && may_be_busy(call);

    if (call->starved)
        model_fail_after(call->bytes[PA] % 3);
    watch(call);
    err = operation->make(call);
    model_watch(NULL);
    model_fail_after(-1);
    if (err != due && !(call->starved && err == MMU_TABLES) && !(busy && err == MMU_BUSY))
        wrong("%s at offset %" PRIx64 ", size %" PRIx64 ": %d where %d was due", operation->name, call->off, call->size,
              err, due);
    return err;
}

static void run_one(const uint8_t *bytes, bool print)
{
    const struct operation *operation = operation_of(bytes[KIND]);
    struct call call = {.bytes = bytes, .starved = (bytes[MANNER] & STARVE) == STARVE_NOW};
    int err;

    choose_range(&call, operation->wants);
    if (operation->prepare)
        operation->prepare(&call);
    if (operation->due) {
        call.to.off = call.off;
        call.to.size = call.size;
    }
    err = operation->due ? run_change(operation, &call) : operation->make(&call);
    if (print)
        say(operation, &call, err);
    if (err == MMU_OK)
        apply(&call);
    check_counts();
    check_after(&call);
}

static void run_all(const struct ops *ops)
{
    unsigned every = ops->thorough ? 1 : world_shape.granule_bits == 12 ? 32 : 128;

    for (size_t i = 0; i < ops->count; i++) {
        run_one(ops->bytes + i * OP_BYTES, ops->print);
        if (i % every == 0)
            check_tables();
    }
    check_tables();
    model_audit();
    shape_close();
    if (model_breach())
        wrong("breach at the space's end: %s", model_breach());
    if (model_tables())
        wrong("%zu tables are lost", model_tables());
}

const char *ops_run(const struct ops *ops)
{
    struct model_config config = {.cores = 3, .seed = 1 + ops->count};

    message[0] = 0;
    if (!shape_open(ops->shape, &config))
        return "no space";
    flat_start(space_size());
    choose_start();
    forget_kept();
    if (setjmp(give_up) == 0)
        run_all(ops);
    model_stop();
    return message[0] ? message : NULL;
}
