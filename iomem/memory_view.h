/*
 * A range of an address space that shows pages of a memory object. Resident pages are leaves, absent ones tagged
 * MMU_TAG_DEMAND with the object's number. Where somebody else's pages lie over a view (an overwriting map) or its
 * pages are blocked, the tables do not match it, and it leaves them alone.
 * The caller holds the memory lock.
 */
#ifndef IOMEM_MEMORY_VIEW_H
#define IOMEM_MEMORY_VIEW_H

#include "iomem/IOAddressSpace.h"
#include "iomem/memory_object.h"

struct memory_view {
    struct memory_object *object;     /* retained */
    struct memory_view *next, **slot; /* among the object's views; slot NULL: not entered */
    task_t task;
    uint64_t va, first, count; /* where it is; which pages */
    uint32_t attr;             /* MMU_WRITE, MMU_EXEC, MMU_USER: what it may do at most */
};

/* A view of these pages, with a reference to the object, nowhere yet. NULL without memory. */
struct memory_view *memory_view_create(struct memory_object *object, uint64_t first, uint64_t count);
/* It is in no table. */
void memory_view_destroy(struct memory_view *view);

/* Enter it at view->va in view->task, which is empty there. An mmu error: nothing entered. */
int memory_view_enter(struct memory_view *view);
/* The same of one whose pages the tables show already. */
void memory_view_attach(struct memory_view *view);
/* Forget where it was: the caller has cleared, or clears, the tables. One that is not entered is ignored. */
void memory_view_detach(struct memory_view *view);

/* Other rights, in the tables too. An mmu error: as before. */
int memory_view_protect(struct memory_view *view, uint32_t attr);

/* What a page's leaf is to be; resident. */
uint32_t memory_view_attr(const struct memory_view *view, uint64_t page);

/* Of one object, the view that shows va in the space of these tables, and over which no other lies. */
struct mmu_space;
struct memory_view *memory_view_of(const struct memory_object *object, struct mmu_space *space, uint64_t va);

/* The view that shows va, or NULL: what lies over others comes first. Costs nothing in a space without views. */
struct memory_view *memory_view_find(task_t task, uint64_t va);

/*
 * In all views of the object: a page has become resident; some are about to go; some have other rights than before.
 * An mmu error of hide_all: all are shown still, or are when they are touched.
 */
void memory_view_show_all(const struct memory_object *object, uint64_t page);
int memory_view_hide_all(const struct memory_object *object, uint64_t first, uint64_t count);
int memory_view_refresh(const struct memory_view *view, uint64_t page);
int memory_view_refresh_all(const struct memory_object *object, uint64_t first, uint64_t count);
int memory_view_retype_all(const struct memory_object *object, uint64_t page, uint32_t type);

/* The page at va, resident, as this view is to show it. An mmu error when the tables have no memory for it. */
int memory_view_show(const struct memory_view *view, uint64_t page);

#endif
