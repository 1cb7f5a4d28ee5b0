/* A memory object's pages: how they come, are replaced, are shared and go. */
#include <string.h>

#include "iomem/buffer.h"
#include "iomem/memory_object.h"
#include "iomem/memory_view.h"
#include "iomem/port.h"
#include "mmu/cache.h"
#include "mmu/mmu.h"

#define PAGE ((uint64_t)PORT_PAGE_SIZE)

static uint64_t smaller(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static struct port_frame *frame_of(const struct memory_object *object, uint64_t page)
{
    return port_frame(object->pages[page]);
}

static void give_up(uint64_t pa)
{
    struct port_frame *frame = port_frame(pa);

    if (--frame->shares == 0)
        buffer_free_frames(pa, PAGE);
}

bool memory_object_drop(struct memory_object *object, uint64_t first, uint64_t count)
{
    if (memory_view_hide_all(object, first, count) != MMU_OK)
        return false;
    for (uint64_t page = first; page < first + count && object->resident; page++) {
        uint64_t pa = object->pages[page];

        if (!pa)
            continue;
        object->pages[page] = 0;
        object->resident--;
        give_up(pa);
    }
    return true;
}

/*
 * A frame of one's own, with the contents of the frame at `from`, or zeroes when that is 0. No mode but write-back
 * can be set while it is nobody's; the caller does.
 */
static uint64_t new_frame(uint64_t max_pa, uint64_t from, bool zero)
{
    uint64_t pa = port_frame_alloc(PAGE, PAGE, max_pa);

    if (pa == PORT_NO_FRAME)
        return pa;
    port_frame(pa)->shares = 1;
    if (from)
        memcpy(port_linear(pa), port_linear(from), (size_t)PAGE);
    else if (zero)
        memset(port_linear(pa), 0, (size_t)PAGE);
    return pa;
}

static bool is_code(const struct memory_object *object)
{
    for (const struct memory_view *view = object->views; view; view = view->next)
        if (view->attr & MMU_EXEC)
            return true;
    return false;
}

/*
 * A new frame, before anybody sees it. Write-back mappings find its contents in the caches, where they may stay.
 * Fetches may pass by the caches of data, and mappings of another mode by all of them.
 */
static IOReturn make_ready(const struct memory_object *object, uint64_t pa, unsigned mode)
{
    bool code = is_code(object);
    IOReturn result = kIOReturnSuccess;

    if (code || mode)
        cache_clean(port_linear(pa), (size_t)PAGE);
    if (code) /* the frame's last owner may have had code in it, too */
        cache_forget_instructions();
    if (mode)
        result = cache_mode_set(pa, PAGE, mode);
    if (result != kIOReturnSuccess)
        give_up(pa);
    return result;
}

static uint64_t limit(const struct memory_object *object, const struct memory_want *want)
{
    return want->max_pa ? smaller(object->max_pa, want->max_pa) : object->max_pa;
}

static IOReturn bring(struct memory_object *object, uint64_t page, uint64_t max_pa, bool zero)
{
    uint64_t pa = new_frame(max_pa, 0, zero);
    IOReturn result;

    if (pa == PORT_NO_FRAME)
        return kIOReturnNoMemory;
    result = make_ready(object, pa, object->modes ? object->modes[page] : 0);
    if (result != kIOReturnSuccess)
        return result;
    object->pages[page] = pa;
    object->resident++;
    memory_view_show_all(object, page);
    return kIOReturnSuccess;
}

IOReturn memory_object_bring(struct memory_object *object, uint64_t page)
{
    return bring(object, page, object->max_pa, true);
}

/* A copy, of the same mode, takes the place of the frame. */
static IOReturn replace(struct memory_object *object, uint64_t page, const struct memory_want *want)
{
    uint64_t old = object->pages[page], pa;
    IOReturn result;

    object->busy++; /* or the frame might go while another is looked for */
    pa = new_frame(limit(object, want), old, false);
    object->busy--;
    if (pa == PORT_NO_FRAME)
        return kIOReturnNoMemory;
    result = make_ready(object, pa, port_frame(old)->mode);
    if (result != kIOReturnSuccess)
        return result;
    if (memory_view_hide_all(object, page, 1) != MMU_OK) {
        give_up(pa);
        return kIOReturnNoMemory;
    }
    object->pages[page] = pa;
    give_up(old);
    memory_view_show_all(object, page);
    return kIOReturnSuccess;
}

static IOReturn get(struct memory_object *object, uint64_t page, const struct memory_want *want)
{
    const struct port_frame *frame;

    if (!memory_object_has(object, page))
        return want->no_fault ? kIOReturnNoResources : bring(object, page, limit(object, want), !want->no_zero);
    frame = frame_of(object, page);
    if (want->max_pa && object->pages[page] + PAGE - 1 > want->max_pa)
        return frame->pins ? kIOReturnCannotWire : replace(object, page, want);
    return want->own && frame->shares > 1 ? replace(object, page, want) : kIOReturnSuccess;
}

IOReturn memory_object_get(struct memory_object *object, const struct memory_want *want)
{
    IOReturn result = kIOReturnSuccess;

    for (uint64_t i = want->first; i < want->first + want->count && result == kIOReturnSuccess; i++)
        result = get(object, i, want);
    if (result == kIOReturnSuccess && want->own && object->has_shared) /* no more shared: writable again */
        memory_view_refresh_all(object, want->first, want->count);
    return result;
}

/* The frame becomes the copy's too, or its contents do when a device may write it. */
static IOReturn share(struct memory_object *copy, uint64_t page, uint64_t pa)
{
    struct port_frame *frame = port_frame(pa);
    IOReturn result = kIOReturnSuccess;

    if (frame->pins || frame->shares == UINT32_MAX) {
        unsigned mode = frame->mode;

        pa = new_frame(UINT64_MAX, pa, false);
        result = pa == PORT_NO_FRAME ? kIOReturnNoMemory : make_ready(copy, pa, mode);
    } else {
        frame->shares++;
    }
    if (result != kIOReturnSuccess)
        return result;
    copy->pages[page] = pa;
    copy->resident++;
    return kIOReturnSuccess;
}

struct memory_object *memory_object_snapshot(struct memory_object *object, uint64_t first, uint64_t count)
{
    struct memory_object *copy = memory_object_create(count * PAGE);
    IOReturn result = kIOReturnSuccess;

    if (!copy)
        return NULL;
    object->busy++;
    object->has_shared = copy->has_shared = true;
    for (uint64_t i = 0; i < count && result == kIOReturnSuccess; i++)
        if (memory_object_has(object, first + i))
            result = share(copy, i, object->pages[first + i]);
    if (result == kIOReturnSuccess && memory_view_refresh_all(object, first, count) == MMU_OK) {
        object->busy--;
        return copy;
    }
    memory_object_release(copy);
    memory_view_refresh_all(object, first, count);
    object->busy--;
    return NULL;
}
