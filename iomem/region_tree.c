#include "iomem/region_tree.h"

/* Where the pointer to `region` is kept: in its parent, or at the root. */
static struct region **slot_of(struct region_space *space, const struct region *region)
{
    struct region *parent = region->parent;

    if (!parent)
        return &space->root;
    return parent->left == region ? &parent->left : &parent->right;
}

static void replace(struct region_space *space, struct region *old, struct region *by)
{
    *slot_of(space, old) = by;
    if (by)
        by->parent = old->parent;
}

/* `child` and its parent change places; addresses keep their order. */
static void rotate_up(struct region_space *space, struct region *child)
{
    struct region *parent = child->parent;
    struct region *moved;

    space->steps++;
    replace(space, parent, child);
    if (parent->left == child) {
        moved = child->right;
        parent->left = moved;
        child->right = parent;
    } else {
        moved = child->left;
        parent->right = moved;
        child->left = parent;
    }
    if (moved)
        moved->parent = parent;
    parent->parent = child;
}

/* xorshift32: a sequence that needs no entropy, only that addresses do not follow it. */
static uint32_t next_priority(struct region_space *space)
{
    uint32_t x = space->random ? space->random : 0x9e3779b9u;

    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    space->random = x;
    return x;
}

/* Put it right after `before`, its neighbour in the tree. */
static void enter(struct region_space *space, struct region *before, struct region *region)
{
    struct region **slot = &before->right;

    region_tree_stop_waiting(space, region);
    region->in_tree = true;
    region->left = region->right = NULL;
    region->priority = next_priority(space);
    region->parent = before;
    for (; *slot; slot = &(*slot)->left) {
        space->steps++;
        region->parent = *slot;
    }
    *slot = region;
    while (region->parent->priority < region->priority)
        rotate_up(space, region);
}

/* Regions that wait side by side enter by address, each next to the one before: nobody is looked for. */
static void enter_all(struct region_space *space)
{
    while (space->waiting) {
        struct region *region = space->waiting;

        while (!region->prev->in_tree)
            region = region->prev;
        for (; region && !region->in_tree; region = region->next)
            enter(space, region->prev, region);
    }
}

void region_tree_remove(struct region_space *space, struct region *region)
{
    while (region->left && region->right)
        rotate_up(space, region->left->priority > region->right->priority ? region->left : region->right);
    replace(space, region, region->left ? region->left : region->right);
}

struct region *region_tree_find(struct region_space *space, uint64_t va)
{
    struct region *found = &space->edge;
    struct region *at;

    enter_all(space);
    at = space->root;
    while (at) {
        space->steps++;
        if (at->va <= va) {
            found = at;
            at = at->right;
        } else {
            at = at->left;
        }
    }
    return found;
}
