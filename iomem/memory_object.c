#include "iomem/memory_object.h"

#include <string.h>

#include "iomem/buffer.h"
#include "iomem/descriptor.h"
#include "iomem/memory_purge.h"
#include "iomem/memory_view.h"
#include "iomem/port.h"
#include "mmu/mmu.h"

#define PAGE       ((uint64_t)PORT_PAGE_SIZE)
#define PAGE_SHIFT 12
#define FIRST_ROOM 64u
#define LAST_ID    0xfffffu /* a tag's payload has 20 bits where it has the fewest (mmu_short) */

/* By id; 0 is nobody's. lowest: no id below it is free. */
static struct memory_object **objects;
static uint32_t room, live, lowest = 1;

static bool grow(void)
{
    uint32_t more = room ? 2 * room : FIRST_ROOM;
    struct memory_object **table;

    if (more > LAST_ID + 1 || !(table = port_alloc(more * sizeof(struct memory_object *))))
        return false;
    if (room)
        memcpy(table, objects, room * sizeof(struct memory_object *));
    port_free(objects);
    objects = table;
    room = more;
    return true;
}

static bool take_id(struct memory_object *object)
{
    while (lowest < room && objects[lowest])
        lowest++;
    if (lowest >= room && !grow())
        return false;
    object->id = lowest;
    objects[lowest++] = object;
    live++;
    return true;
}

/* The last one takes the table along. */
static void give_id_back(const struct memory_object *object)
{
    objects[object->id] = NULL;
    if (object->id < lowest)
        lowest = object->id;
    if (--live)
        return;
    port_free(objects);
    objects = NULL;
    room = 0;
}

struct memory_object *memory_object_of_tag(uint64_t payload)
{
    uint64_t id = payload >> PAGE_SHIFT;

    return id < room ? objects[id] : NULL;
}

struct memory_object *memory_object_create(uint64_t size)
{
    struct memory_object *object;

    if (size == 0 || size > SIZE_MAX / sizeof(uint64_t) || !(object = port_alloc(sizeof *object)))
        return NULL;
    object->references = 1;
    object->count = size / PAGE;
    object->max_pa = UINT64_MAX;
    object->state = kIOMemoryPurgeableNonVolatile;
    object->pages = port_alloc((size_t)object->count * sizeof *object->pages);
    if (object->pages && take_id(object))
        return object;
    port_free(object->pages);
    port_free(object);
    return NULL;
}

void memory_object_retain(struct memory_object *object)
{
    object->references++;
}

void memory_object_release(struct memory_object *object)
{
    if (!object || --object->references)
        return;
    memory_purge_forget(object);
    memory_object_drop(object, 0, object->count);
    give_id_back(object);
    port_free(object->modes);
    port_free(object->pages);
    port_free(object);
}

bool memory_object_is_pinned(const struct memory_object *object)
{
    for (uint64_t i = 0; i < object->count; i++)
        if (memory_object_has(object, i) && port_frame(object->pages[i])->pins)
            return true;
    return false;
}

size_t memory_object_runs(const struct memory_object *object, uint64_t first, uint64_t count, struct cache_run *runs)
{
    struct cache_run run = {0};
    size_t done = 0;

    for (uint64_t i = first; i < first + count; i++) {
        if (!memory_object_has(object, i))
            continue;
        if (done && object->pages[i] == run.pa + run.size) {
            run.size += PAGE;
        } else {
            run = (struct cache_run){object->pages[i], PAGE};
            done++;
        }
        if (runs)
            runs[done - 1] = run;
    }
    return done;
}

bool memory_object_open_modes(struct memory_object *object)
{
    if (!object->modes)
        object->modes = port_alloc((size_t)object->count);
    return object->modes != NULL;
}

void memory_object_set_mode(struct memory_object *object, uint64_t first, uint64_t count, unsigned mode)
{
    memset(object->modes + first, (int)mode, (size_t)count);
}

IOReturn memory_object_write(struct memory_object *object, uint64_t offset, const void *bytes, uint64_t size)
{
    struct memory_want want = {.first = offset / PAGE, .own = true};
    IOReturn result;

    want.count = (offset + size + PAGE - 1) / PAGE - want.first;
    object->busy++;
    result = memory_object_get(object, &want);
    for (uint64_t done = 0, run; done < size && result == kIOReturnSuccess; done += run) {
        uint64_t in_page = (offset + done) % PAGE;

        run = PAGE - in_page < size - done ? PAGE - in_page : size - done;
        descriptor_copy_in(object->pages[(offset + done) / PAGE] + in_page,
                           bytes ? (const uint8_t *)bytes + done : NULL, run);
    }
    object->busy--;
    return result;
}

/* Where a frame was found last: its neighbours are mostly asked for next. */
static uint32_t found_id;
static uint64_t found_page;

static bool has_at(uint32_t id, uint64_t page, uint64_t pa)
{
    return id < room && objects[id] && page < objects[id]->count && objects[id]->pages[page] == pa;
}

/* Moves on from *id, *page to the next owner of the frame; false: there is none. */
static bool find_next(uint64_t pa, uint32_t *id, uint64_t *page)
{
    for (; *id < room; ++*id, *page = 0)
        for (; objects[*id] && objects[*id]->resident && *page < objects[*id]->count; ++*page)
            if (has_at(*id, *page, pa))
                return true;
    return false;
}

static int retype_page(uint64_t pa, uint32_t type)
{
    uint32_t left = port_frame(pa) ? port_frame(pa)->shares : 0, id = 1;
    uint64_t page = 0;
    int error = MMU_OK;

    if (left == 1 && has_at(found_id, found_page + 1, pa))
        id = found_id, page = found_page + 1;
    for (; left && error == MMU_OK && find_next(pa, &id, &page); left--, page++) {
        found_id = id;
        found_page = page;
        error = memory_view_retype_all(objects[id], page, type);
    }
    return error;
}

int memory_object_retype(uint64_t pa, uint64_t size, uint32_t type)
{
    int error = MMU_OK;

    for (uint64_t at = 0; live && at < size && error == MMU_OK; at += PAGE)
        error = retype_page(pa + at, type);
    return error;
}
