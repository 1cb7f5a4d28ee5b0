/*
 * The search tree behind region_alloc_at: a treap over regions by address. A region waits outside of it until
 * somebody searches, so that regions which come and go between two searches cost it nothing; entering and leaving are
 * then about two rotations each however many regions there are, as priorities are random.
 */
#ifndef IOMEM_REGION_TREE_H
#define IOMEM_REGION_TREE_H

#include "iomem/region.h"

/*
 * `region` is linked in the list of addresses already. Those that wait are a list through left (towards its head) and
 * right.
 */
static inline void region_tree_insert(struct region_space *space, struct region *region)
{
    region->in_tree = false;
    region->left = NULL;
    region->right = space->waiting;
    if (space->waiting)
        space->waiting->left = region;
    space->waiting = region;
}

/* `region` is linked in the list of addresses still. */
static inline void region_tree_stop_waiting(struct region_space *space, struct region *region)
{
    if (region->left)
        region->left->right = region->right;
    else
        space->waiting = region->right;
    if (region->right)
        region->right->left = region->left;
}
void region_tree_remove(struct region_space *space, struct region *region); /* of one that searches have entered */

/* The region with the highest address at or below va; the space's edge is the lowest. */
struct region *region_tree_find(struct region_space *space, uint64_t va);

#endif
